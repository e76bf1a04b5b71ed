#include "platform/temp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static enum err no_room(struct ctx *cx)
{
    return hint(cx,
                fail(cx, E_BUSY, "disk.no_temporary_file", "%s",
                     T("无法写入临时文件", "a temporary file cannot be written")),
                "%s",
                T("请管理员检查服务器磁盘空间，或用 TMPDIR 指定另一目录",
                  "free some space on the server's disk, or name another folder in TMPDIR"));
}

static enum err make(struct ctx *cx, const char *suffix, const char **ret_path, int *ret_fd)
{
    const char *folder = getenv("TMPDIR");
    char *path =
        arena_printf(cx->mem, "%s/queqiao-XXXXXX%s", folder && *folder ? folder : "/tmp", suffix);
    int fd = mkostemps(path, (int)strlen(suffix), O_CLOEXEC);

    if (fd < 0)
        return no_room(cx);
    *ret_path = path;
    *ret_fd = fd;
    return OK;
}

enum err temp_file(struct ctx *cx, const char *suffix, const char **ret_path)
{
    int fd;

    TRY(make(cx, suffix, ret_path, &fd));
    close(fd);
    return OK;
}

enum err temp_reply(struct ctx *cx, const struct str *text, const char *name,
                    const char *content_type)
{
    const char *path;
    bool is_whole;
    int fd;

    TRY(make(cx, "", &path, &fd));
    is_whole = write(fd, text->s, text->len) == (ssize_t)text->len;
    close(fd);
    if (!is_whole) {
        unlink(path);
        return no_room(cx);
    }
    cx->reply_file = (struct reply_file){ path, name, content_type, true };
    return OK;
}
