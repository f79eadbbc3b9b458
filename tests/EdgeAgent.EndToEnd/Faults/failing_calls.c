/* Makes system calls of one process fail, on one file, from the Nth on: loaded before the C library (ld.so(8), LD_PRELOAD).
 *
 * FAULT_FILE   the end of the file's path, such as /3/queue.db-wal
 * FAULT_CALL   open, write, sync or truncate
 * FAULT_AT     the number of the first such call on that file that fails, from 1
 * FAULT_COUNT  how many fail from there
 * FAULT_ERRNO  with what
 *
 * A write that fails leaves the file as it was, and a sync that fails syncs nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const char *fault_file, *fault_call;
static long fault_at, fault_count, fault_errno, seen;

__attribute__((constructor)) static void read_environment(void)
{
    fault_file = getenv("FAULT_FILE");
    fault_call = getenv("FAULT_CALL");
    if (!fault_file || !fault_call) {
        fault_file = fault_call = NULL;
        return;
    }
    fault_at = atol(getenv("FAULT_AT"));
    fault_count = atol(getenv("FAULT_COUNT"));
    fault_errno = atol(getenv("FAULT_ERRNO"));
}

/* Whether this call, on a file of that path, is one that fails. */
static int fails_on(const char *call, const char *path)
{
    size_t length, wanted;
    if (!fault_call || strcmp(call, fault_call) != 0)
        return 0;
    length = strlen(path);
    wanted = strlen(fault_file);
    if (length < wanted || strcmp(path + length - wanted, fault_file) != 0)
        return 0;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (number < fault_at || number - fault_at >= fault_count)
        return 0;
    errno = (int)fault_errno;
    return 1;
}

static int fails(const char *call, int descriptor)
{
    char link[64], path[4096];
    if (!fault_call || strcmp(call, fault_call) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return fails_on(call, path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return fails("write", fd) ? -1 : NEXT(pwrite64)(fd, data, size, at); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return fails("write", fd) ? -1 : NEXT(pwrite)(fd, data, size, at); }
ssize_t write(int fd, const void *data, size_t size) { return fails("write", fd) ? -1 : NEXT(write)(fd, data, size); }
int fsync(int fd) { return fails("sync", fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return fails("sync", fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t size) { return fails("truncate", fd) ? -1 : NEXT(ftruncate64)(fd, size); }
int ftruncate(int fd, off_t size) { return fails("truncate", fd) ? -1 : NEXT(ftruncate)(fd, size); }
int posix_fallocate64(int fd, off64_t at, off64_t size) { return fails("truncate", fd) ? errno : NEXT(posix_fallocate64)(fd, at, size); }

static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fails_on("open", path) ? -1 : NEXT(open64)(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fails_on("open", path) ? -1 : NEXT(open)(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return fails_on("open", path) ? -1 : NEXT(openat)(directory, path, flags, mode);
}
