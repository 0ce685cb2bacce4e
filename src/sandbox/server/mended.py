"""Operations x."""


def install():
    pass
