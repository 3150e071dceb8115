text = "no function"


def handler(data):
    return data
