/* clock.h - time that only goes forward.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CLOCK_H
#define TW_CLOCK_H

/* Seconds since some moment in the past; never set back. */
double tw_clock_s(void);

#endif
