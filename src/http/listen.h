/* listen.h — the socket a server listens on, from an address as people write it. */
#pragma once
#include "base/base.h"

struct sockaddr;

struct listener {
    int fd;         /* -1 when closed; does not block */
    int port;       /* 0 for a unix socket */
    char path[108]; /* of the unix socket, else "" */
};

/* "127.0.0.1:8080", "[::]:8080", ":8080" (loopback), port 0 for any free one; or
 * "unix:/run/queqiao.sock", where a socket that nobody answers any more is replaced.
 * E_CONFLICT "http.port_in_use", E_INVALID or E_INTERNAL "http.listen". */
MUST_CHECK enum err listen_on(const char *address, enum lang lang, struct failure *f,
                              struct listener *ret);
void listener_close(struct listener *l);

/* Is this the address of a peer on this machine? NULL is not. */
bool address_is_local(const struct sockaddr *a);
/* "192.0.2.7"; "" of other families. `out` has INET6_ADDRSTRLEN bytes. */
void address_text(const struct sockaddr *a, char *out);
