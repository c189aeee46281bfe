/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that has turned every connection, put before libc's getsockopt (LD_PRELOAD): each is said to have been made
 * to 203.0.113.9, which nobody has, and the port named by TURNED_TO. */
#include <arpa/inet.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int getsockopt(int descriptor, int level, int option, void *value, socklen_t *length)
{
    const char *port = getenv("TURNED_TO");
    if (level != IPPROTO_IP || option != SO_ORIGINAL_DST || port == NULL)
        return (int)syscall(SYS_getsockopt, descriptor, level, option, value, length);
    struct sockaddr_in made_to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, "203.0.113.9", &made_to.sin_addr);
    memcpy(value, &made_to, sizeof(made_to));
    *length = sizeof(made_to);
    return 0;
}
