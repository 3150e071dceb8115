def with_default(_data, context=None):
    return context.id


def with_rest(*parameters):
    return len(parameters)


def with_keyword(data, *, context=None):
    return [data, context]


class Callable:
    def __call__(self, _data, context):
        return context.id


an_object = Callable()


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    @property
    def retryable(self):
        raise RuntimeError("no answer")


def raises_the_unspeakable(_data):
    raise UnspeakableError
