/* SPDX-License-Identifier: MIT */
#include "lock.h"
#include "bucket.h"
#include "lock_remote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct tw_lock {
    struct tw_remote_lock *remote; /* in object storage; then there is nothing else */
    int fd;
    char *path;
};

enum { CONTENT_SIZE = TW_LOCK_HOST_SIZE + TW_LOCK_TIME_SIZE + 64, MOST_LOOKS = 15 };

void tw_lock_own_host(char host[TW_LOCK_HOST_SIZE])
{
    if (gethostname(host, TW_LOCK_HOST_SIZE) != 0)
        snprintf(host, TW_LOCK_HOST_SIZE, "unknown");
    host[TW_LOCK_HOST_SIZE - 1] = '\0';
}

void tw_lock_now(char since[TW_LOCK_TIME_SIZE])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(since, TW_LOCK_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* `host pid time`; false when the file says nothing (yet). */
static bool read_holder(int fd, struct tw_lock_holder *holder)
{
    char content[CONTENT_SIZE];
    ssize_t size = pread(fd, content, sizeof(content) - 1, 0);
    if (size <= 0)
        return false;
    content[size] = '\0';
    return sscanf(content, "%255s %ld %31s", holder->host, &holder->pid, holder->since) == 3;
}

static bool write_holder(int fd)
{
    char host[TW_LOCK_HOST_SIZE], since[TW_LOCK_TIME_SIZE], content[CONTENT_SIZE];
    tw_lock_own_host(host);
    tw_lock_now(since);
    int size = snprintf(content, sizeof(content), "%s %ld %s\n", host, (long)getpid(), since);
    return ftruncate(fd, 0) == 0 && pwrite(fd, content, (size_t)size, 0) == size;
}

enum tw_status tw_lock_refuse(const struct tw_lock_holder *holder, const char *what, struct tw_error *err)
{
    if (holder->pid == 0)
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is being written by another process; wait for it, or stop it", what);
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' is being written by process %ld on host '%s' since %s; wait for it, or stop it",
                        what, holder->pid, holder->host, holder->since);
}

static enum tw_status refuse_held(int fd, const char *what, struct tw_error *err)
{
    struct tw_lock_holder holder;
    if (!read_holder(fd, &holder))
        holder.pid = 0;
    return tw_lock_refuse(&holder, what, err);
}

bool tw_lock_may_live(const struct tw_lock_holder *holder)
{
    char host[TW_LOCK_HOST_SIZE];
    tw_lock_own_host(host);
    if (strcmp(host, holder->host) != 0)
        return true;
    return holder->pid != (long)getpid() && (kill((pid_t)holder->pid, 0) == 0 || errno == EPERM);
}

/* Without locks in the file system: the file says who, and on this host one can see whether they live. */
static bool is_alive(int fd)
{
    struct tw_lock_holder holder;
    return read_holder(fd, &holder) && tw_lock_may_live(&holder);
}

enum attempt { TAKEN, HELD, GONE, FAILED };

/* A holder that ends removes the file: a lock on a removed file is none. */
static enum attempt try_lock(int fd, const char *path)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return HELD;
        if (errno != ENOLCK && errno != EOPNOTSUPP && errno != ENOSYS)
            return FAILED;
        if (is_alive(fd))
            return HELD;
    }
    struct stat held, named;
    if (fstat(fd, &held) != 0 || stat(path, &named) != 0 || held.st_ino != named.st_ino ||
        held.st_dev != named.st_dev)
        return GONE;
    return write_holder(fd) ? TAKEN : FAILED;
}

static enum tw_status open_and_lock(const char *path, const char *what, int *fd, struct tw_error *err)
{
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    for (int tries = 0, held = 0; tries < 100; tries++) {
        *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (*fd < 0)
            return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", path, strerror(errno));
        enum attempt attempt = try_lock(*fd, path);
        if (attempt == TAKEN)
            return TW_OK;
        if (attempt == HELD && held++ < MOST_LOOKS) { /* by somebody who only looks whether it is? */
            close(*fd);
            nanosleep(&moment, NULL);
            continue;
        }
        enum tw_status status = TW_OK;
        if (attempt == HELD)
            status = refuse_held(*fd, what, err);
        else if (attempt == FAILED)
            status = tw_error_set(err, TW_ESTORAGE, "cannot lock '%s': %s", path, strerror(errno));
        close(*fd);
        if (status != TW_OK)
            return status;
    }
    return tw_error_set(err, TW_ESTORAGE, "cannot lock '%s': other processes remove it again and again",
                        path);
}

enum tw_status tw_lock_take(const char *path, const char *what, struct tw_lock **lock, struct tw_error *err)
{
    struct tw_lock *taken = calloc(1, sizeof(*taken));
    if (taken == NULL || (taken->path = strdup(path)) == NULL) {
        free(taken);
        return tw_error_nomem(err);
    }
    bool is_remote = tw_path_is_bucket(path);
    enum tw_status status = is_remote ? tw_remote_lock_take(path, what, &taken->remote, err)
                                      : open_and_lock(path, what, &taken->fd, err);
    if (status != TW_OK) {
        free(taken->path);
        free(taken);
        return status;
    }
    *lock = taken;
    return TW_OK;
}

bool tw_lock_is_held(const char *path, struct tw_lock_holder *holder)
{
    if (tw_path_is_bucket(path))
        return tw_remote_lock_is_held(path, holder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_locked = flock(fd, LOCK_SH | LOCK_NB) != 0;
    bool is_held = is_locked && (errno == EWOULDBLOCK || is_alive(fd));
    if (!is_held || !read_holder(fd, holder))
        *holder = (struct tw_lock_holder){.pid = 0};
    close(fd);
    return is_held;
}

enum tw_status tw_lock_look(const char *path, const char *what, struct tw_error *err)
{
    struct tw_lock_holder holder;
    return tw_lock_is_held(path, &holder) ? tw_lock_refuse(&holder, what, err) : TW_OK;
}

void tw_lock_release(struct tw_lock *lock)
{
    if (lock == NULL)
        return;
    if (lock->remote != NULL) {
        tw_remote_lock_release(lock->remote);
    } else {
        unlink(lock->path);
        close(lock->fd);
    }
    free(lock->path);
    free(lock);
}
