"""Compiles Python files in a process of their own, on the target's Python: 3.9 or newer.

Never imported by the product: `bytecode.py` runs this file, which is alone in its folder so that
nothing else of ours can be imported. Sources come on standard input and deflated `.pyc` files go to
standard output, so no path of this computer can get into the result.
"""

import importlib.util
import marshal
import struct
import sys
import zlib

REQUEST = struct.Struct("<LL")
"""Bytes of the name, bytes of the source."""
ANSWER = struct.Struct("<LLLL")
"""Bytes of the name, CRC-32 and bytes of the `.pyc` file, bytes of it deflated."""
UNCHECKED_HASH = 1
"""The source is not looked at when the file is loaded. Source: PEP 552."""
LEVEL = 6


def compiled(name: str, source: bytes) -> bytes:
    """Return the `.pyc` file of a source; empty when this Python cannot compile it.

    Source: PEP 552: magic number, flags, hash of the source, marshalled code.
    """
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=0)
        body = marshal.dumps(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return b""
    head = importlib.util.MAGIC_NUMBER + struct.pack("<L", UNCHECKED_HASH)
    return head + importlib.util.source_hash(source) + body


def deflated(content: bytes) -> bytes:
    """Return the raw deflated bytes, as they lie in a zip file."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def main() -> None:
    """Answer for every file of the request, in its order."""
    request = sys.stdin.buffer.read()
    answer = sys.stdout.buffer
    position = 0
    while position < len(request):
        name_bytes, source_bytes = REQUEST.unpack_from(request, position)
        start = position + REQUEST.size
        position = start + name_bytes + source_bytes
        name = request[start : start + name_bytes]
        content = compiled(name.decode(), request[start + name_bytes : position])
        data = deflated(content) if content else b""
        answer.write(ANSWER.pack(len(name), zlib.crc32(content), len(content), len(data)))
        answer.write(name + data)


if __name__ == "__main__":
    main()
