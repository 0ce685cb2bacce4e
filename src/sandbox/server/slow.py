_s=0
def install(): pass
def set_seconds(x): pass
def seconds(): return 0
def finish_due(): pass
def forget(): pass
