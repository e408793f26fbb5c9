/* Loaded into the built command as a library before libc: the n-th call by which any of its threads, those of LanceDB too, changes
   something below the folder FAULT_BELOW fails. Each such call is a line of FAULT_REPORT. For Linux.
   cc -shared -fPIC -o failing-calls.so failing-calls.c -ldl -lpthread */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls;

/* Whether the call is to fail; errno is set then. */
static int fails(const char *name, const char *path) {
  const char *below = getenv("FAULT_BELOW"), *report = getenv("FAULT_REPORT"), *at = getenv("FAULT_AT"), *lasts = getenv("FAULT_LASTS");
  if (!below || !report || !path || strncmp(path, below, strlen(below)) != 0) return 0;
  int kept = errno;
  pthread_mutex_lock(&lock);
  long n = at ? atol(at) : 0;
  calls++;
  int failing = calls == n || (lasts && *lasts == '1' && n > 0 && calls > n);
  char line[8192];
  int length = snprintf(line, sizeof line, "%c%s %s\n", failing ? '!' : ' ', name, path);
  int (*open_file)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
  ssize_t (*write_file)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  int fd = open_file(report, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) {
    if (write_file(fd, line, (size_t)length) < 0) failing = 0;
    close(fd);
  }
  pthread_mutex_unlock(&lock);
  const char *code = getenv("FAULT_CODE");
  errno = !failing ? kept : code && strcmp(code, "ENOSPC") == 0 ? ENOSPC : EIO;
  return failing;
}

static int fails_fd(const char *name, int fd) {
  char link[64], path[4096];
  if (fd <= 2) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int kept = errno;
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (length < 0) return 0;
  path[length] = 0;
  return fails(name, path);
}

static int to_write(int flags) { return (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0; }

#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = (mode_t)va_arg(more, int);                  \
    va_end(more);                                             \
    if (to_write(flags) && fails("open", path)) return -1;    \
    return real(path, flags, mode);                           \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                          \
  int name(int at, const char *path, int flags, ...) {        \
    int (*real)(int, const char *, int, ...) = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = (mode_t)va_arg(more, int);                  \
    va_end(more);                                             \
    if (to_write(flags) && fails("open", path)) return -1;    \
    return real(at, path, flags, mode);                       \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write);
  if (!fails_fd("write", fd)) return real(fd, bytes, length);
  int code = errno;
  real(fd, bytes, length / 2);
  errno = code;
  return -1;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  REAL(pwrite);
  return fails_fd("write", fd) ? -1 : real(fd, bytes, length, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  REAL(pwrite64);
  return fails_fd("write", fd) ? -1 : real(fd, bytes, length, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  return fails_fd("write", fd) ? -1 : real(fd, parts, count);
}
int fsync(int fd) {
  REAL(fsync);
  return fails_fd("fsync", fd) ? -1 : real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  return fails_fd("fsync", fd) ? -1 : real(fd);
}
int rename(const char *from, const char *to) {
  REAL(rename);
  return fails("rename", to) ? -1 : real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  REAL(renameat);
  return fails("rename", to) ? -1 : real(a, from, b, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
  REAL(renameat2);
  return fails("rename", to) ? -1 : real(a, from, b, to, flags);
}
int link(const char *from, const char *to) {
  REAL(link);
  return fails("link", to) ? -1 : real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  REAL(linkat);
  return fails("link", to) ? -1 : real(a, from, b, to, flags);
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  return fails("mkdir", path) ? -1 : real(path, mode);
}
int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  return fails_fd("truncate", fd) ? -1 : real(fd, length);
}
