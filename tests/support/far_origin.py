# SPDX-License-Identifier: Apache-2.0
"""Origins in the internet of a pod under test: `far_origin.py CERTIFICATE KEY` answers over TLS at 9443, and speaks first at 2525."""
import socket
import ssl
import sys
import threading


def serve(server, context, greets):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=answer, args=(connection, context, greets), daemon=True).start()


def answer(connection, context, greets):
    try:
        if greets:
            connection.sendall(b"220 welcome\r\n")
            connection.sendall(b"you said " + connection.recv(4096))
            connection.close()
            return
        connection = context.wrap_socket(connection, server_side=True)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure")
        connection.unwrap()
    except OSError:
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
for port, greets in ((9443, False), (2525, True)):
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    threading.Thread(target=serve, args=(server, context, greets), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
