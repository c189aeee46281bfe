/* SPDX-License-Identifier: Apache-2.0 */
/* What a C library says of a name: its addresses, or its error. Compiled with musl. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **words)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int code = count == 2 ? getaddrinfo(words[1], "443", &hints, &list) : EAI_FAIL;
    if (code != 0)
        printf("%s\n", gai_strerror(code));
    for (const struct addrinfo *one = list; one != NULL; one = one->ai_next) {
        char text[INET6_ADDRSTRLEN] = "";
        const void *address = one->ai_family == AF_INET
                                  ? (const void *)&((struct sockaddr_in *)one->ai_addr)->sin_addr
                                  : (const void *)&((struct sockaddr_in6 *)one->ai_addr)->sin6_addr;
        printf("%s\n", inet_ntop(one->ai_family, address, text, sizeof(text)));
    }
    return code == 0 ? 0 : 1;
}
