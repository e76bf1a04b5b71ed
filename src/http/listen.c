/* listen.c — listening sockets. */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

bool address_is_local(const struct sockaddr *a)
{
    if (!a)
        return false;
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    if (a->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;

        return IN6_IS_ADDR_LOOPBACK(six) || (IN6_IS_ADDR_V4MAPPED(six) && six->s6_addr[12] == 127);
    }
    return a->sa_family == AF_UNIX;
}

void address_text(const struct sockaddr *a, char *out)
{
    out[0] = 0;
    if (a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, out,
                  INET6_ADDRSTRLEN);
    else if (a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, out,
                  INET6_ADDRSTRLEN);
}

static enum err refused(const char *address, int error, enum lang lang, struct failure *f)
{
    if (error == EADDRINUSE)
        return failure_set(f, E_CONFLICT, "http.port_in_use",
                           lang == LANG_EN ? "%s is in use by another program"
                                           : "%s 已被其他程序占用",
                           address);
    return failure_set(f, E_INTERNAL, "http.listen",
                       lang == LANG_EN ? "cannot listen on %s: %s" : "无法监听 %s：%s", address,
                       strerror(error));
}

static enum err malformed(const char *address, enum lang lang, struct failure *f)
{
    return failure_set(f, E_INVALID, "http.listen",
                       lang == LANG_EN
                           ? "“%s” is not an address such as 127.0.0.1:8080 or unix:/path"
                           : "“%s”不是形如 127.0.0.1:8080 或 unix:/路径 的地址",
                       address);
}

/* 0 or the error number. */
static int bind_to(struct listener *l, int family, const struct sockaddr *a, socklen_t len)
{
    int one = 1, error;

    l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        return errno;
    if (family != AF_UNIX) {
        setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (!bind(l->fd, a, len) && !listen(l->fd, BACKLOG))
        return 0;
    error = errno;
    close(l->fd);
    l->fd = -1;
    return error;
}

static enum err listen_unix(const char *address, enum lang lang, struct failure *f,
                            struct listener *ret)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    const char *path = address + strlen("unix:");
    int probe, error;

    if (!*path || strlen(path) >= sizeof a.sun_path)
        return malformed(address, lang, f);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, (struct sockaddr *)&a, sizeof a) && errno == ECONNREFUSED)
        unlink(path); /* left behind by a crash */
    if (probe >= 0)
        close(probe);
    error = bind_to(ret, AF_UNIX, (struct sockaddr *)&a, sizeof a);
    if (error)
        return refused(address, error, lang, f);
    snprintf(ret->path, sizeof ret->path, "%s", path);
    return OK;
}

static enum err listen_tcp(const char *address, enum lang lang, struct failure *f,
                           struct listener *ret)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
    struct addrinfo *a = NULL;
    struct sockaddr_storage bound;
    socklen_t bound_len = sizeof bound;
    char host[64] = "127.0.0.1", port[8];
    const char *colon = strrchr(address, ':'), *from = address;
    size_t len = colon ? (size_t)(colon - from) : 0;
    int error;

    if (len >= 2 && from[0] == '[' && from[len - 1] == ']') {
        from++;
        len -= 2;
    }
    if (!colon || len >= sizeof host)
        return malformed(address, lang, f);
    if (len > 0)
        snprintf(host, sizeof host, "%.*s", (int)len, from);
    snprintf(port, sizeof port, "%s", colon + 1);
    if (!*port || getaddrinfo(host, port, &hints, &a))
        return malformed(address, lang, f);
    error = bind_to(ret, a->ai_family, a->ai_addr, a->ai_addrlen);
    freeaddrinfo(a);
    if (error)
        return refused(address, error, lang, f);
    getsockname(ret->fd, (struct sockaddr *)&bound, &bound_len);
    ret->port =
        ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&bound)->sin6_port
                                          : ((struct sockaddr_in *)(void *)&bound)->sin_port);
    return OK;
}

enum err listen_on(const char *address, enum lang lang, struct failure *f, struct listener *ret)
{
    struct listener l = { .fd = -1 };

    TRY(str_starts(address, "unix:") ? listen_unix(address, lang, f, &l)
                                     : listen_tcp(address, lang, f, &l));
    *ret = l;
    return OK;
}

void listener_close(struct listener *l)
{
    if (l->fd >= 0)
        close(l->fd);
    if (l->path[0])
        unlink(l->path);
    l->fd = -1;
    l->path[0] = '\0';
}
