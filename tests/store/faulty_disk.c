/* A disk that fails: the nth write, truncation or sync of files under a folder, and the next few, give an
 * error. Loaded with LD_PRELOAD; `fault_arm` sets it, `fault_left` says how many are still to come before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long left = 0, failing = 0;
static int with = 0;
static char folder[512] = "";

void fault_arm(const char *under, long nth, long many, int error) {
    snprintf(folder, sizeof folder, "%s", under);
    left = nth;
    failing = many;
    with = error;
}

long fault_left(void) { return left; }

static int fails(int fd) {
    char link[64], path[1024];
    ssize_t size;
    if (left <= 0 && failing <= 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0) return 0;
    if (left > 1) { left--; return 0; }
    left = 0;
    if (failing <= 0) return 0;
    failing--;
    errno = with;
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real = 0; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write)
    return fails(fd) ? -1 : real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    REAL(pwrite)
    return fails(fd) ? -1 : real(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64)
    return fails(fd) ? -1 : real(fd, data, size, at);
}
int fsync(int fd) {
    REAL(fsync)
    return fails(fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
    REAL(fdatasync)
    return fails(fd) ? -1 : real(fd);
}
int ftruncate(int fd, off_t size) {
    REAL(ftruncate)
    return fails(fd) ? -1 : real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64)
    return fails(fd) ? -1 : real(fd, size);
}
