/* log.h - lines for the person at the terminal, on standard error, one write each so that threads do not mix.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LOG_H
#define TW_LOG_H

/* Writes `tilewright: warning: ...` and `tilewright: ...`. Safe from any thread. */
void tw_log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tw_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
