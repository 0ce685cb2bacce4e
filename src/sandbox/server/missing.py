"""Operations that moto lacks and the kinds call."""


def install():
    pass
