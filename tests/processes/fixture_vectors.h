/* fixture_vectors.h - the vector input and the services of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEST_FIXTURE_VECTORS_H
#define TW_TEST_FIXTURE_VECTORS_H

#include "fixture.h"

void fixture_add_vectors(struct fixture *fixture);

#endif
