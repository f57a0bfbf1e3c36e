/* error.h - how functions say that and why they failed.
 *
 * A function that can fail returns enum tw_status and takes a struct tw_error as its last parameter. The
 * deepest caller says what failed (`cannot open 'dem.tif': No such file`), each level above may put where in
 * front of it (`input 'dem': `). Messages are lower case, without a full stop, the culprit in quotes. A
 * struct tw_error is plain memory of the caller's; nothing has to be freed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ERROR_H
#define TW_ERROR_H

enum tw_status {
    TW_OK = 0,
    TW_EUSAGE,    /* wrong usage or configuration */
    TW_EINPUT,    /* an input cannot be read as asked */
    TW_ESCRIPT,   /* the process script is wrong, or failed */
    TW_EBUDGET,   /* the memory budget is used up */
    TW_ESTORAGE,  /* the output cannot be written or read back */
    TW_ENOMEM,    /* the system has no memory left */
    TW_ECANCELLED /* stopped on request */
};

enum { TW_ERROR_SIZE = 2048 };

struct tw_error {
    enum tw_status status;
    char message[TW_ERROR_SIZE];
};

/* Sets status and message, cut at the buffer's end. Accepts err == NULL. Returns status. */
enum tw_status tw_error_set(struct tw_error *err, enum tw_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts text in front of the message. Accepts err == NULL. Returns the status of err. */
enum tw_status tw_error_prefix(struct tw_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `out of memory`. Returns TW_ENOMEM. */
enum tw_status tw_error_nomem(struct tw_error *err);

#endif
