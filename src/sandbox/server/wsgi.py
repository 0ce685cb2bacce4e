"""Requests and answers as WSGI has them."""

import io


def read_body(environ):
    """The whole request body, put back for moto to read again."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def run(app, environ):
    """Calls a WSGI application; (status, headers, body)."""
    seen = {}

    def start_response(status, headers, _exc_info=None):
        seen.update(status=int(status.split()[0]), headers=dict(headers))

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return seen["status"], seen["headers"], body


def respond(start_response, status, headers, body):
    headers = {k: v for k, v in headers.items() if k.lower() not in ("content-length", "connection")} | (
        {"Content-Length": str(len(body))} if status not in (204, 304) else {}
    )
    start_response(f"{status} Sandbox", list(headers.items()))
    return [body]
