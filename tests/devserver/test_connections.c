/* Connections that wait are ended in the order in which they came: by time, and when there are too many.
 *
 * SPDX-License-Identifier: MIT
 */
#include "connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { NUM_CLIENTS = 4 };

/* Both ends of some connections: ours, and those of the clients. */
struct fixture {
    struct tw_connections *connections;
    struct tw_connection *opened[NUM_CLIENTS];
    int ours[NUM_CLIENTS], theirs[NUM_CLIENTS];
};

static struct fixture *begin_with(const struct tw_connections_spec *spec)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct tw_error err;
    assert_non_null(fixture);
    assert_int_equal(tw_connections_new(spec, &fixture->connections, &err), TW_OK);
    for (int i = 0; i < NUM_CLIENTS; i++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        fixture->ours[i] = ends[0];
        fixture->theirs[i] = ends[1];
    }
    return fixture;
}

static struct fixture *begin(double longest_wait_s, int most_waiting)
{
    const struct tw_connections_spec spec = {longest_wait_s, most_waiting, 100};
    return begin_with(&spec);
}

static void open_from(struct fixture *fixture, int client, const char *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    inet_pton(AF_INET, host, &address.sin_addr);
    fixture->opened[client] =
        tw_connection_open(fixture->connections, fixture->ours[client], (const struct sockaddr *)&address);
    assert_non_null(fixture->opened[client]);
}

static void end(struct fixture *fixture)
{
    for (int i = 0; i < NUM_CLIENTS; i++) {
        tw_connection_close(fixture->connections, fixture->opened[i]);
        close(fixture->ours[i]);
        close(fixture->theirs[i]);
    }
    tw_connections_free(fixture->connections);
    free(fixture);
}

static bool is_ended(const struct fixture *fixture, int client, int timeout_ms)
{
    struct pollfd polled = {.fd = fixture->theirs[client], .events = POLLIN};
    return poll(&polled, 1, timeout_ms) > 0;
}

static void the_one_that_waits_longest_makes_room(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100, 2);
    open_from(fixture, 0, "10.0.0.1");
    open_from(fixture, 1, "10.0.0.1");
    assert_false(is_ended(fixture, 0, 0));
    open_from(fixture, 2, "10.0.0.1");
    assert_true(is_ended(fixture, 0, 0));
    assert_false(is_ended(fixture, 1, 0));
    assert_false(is_ended(fixture, 2, 0));
    end(fixture);
}

static void addresses_are_counted_each_for_itself(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100, 2);
    open_from(fixture, 0, "10.0.0.1");
    open_from(fixture, 1, "10.0.0.2");
    open_from(fixture, 2, "10.0.0.2");
    open_from(fixture, 3, "10.0.0.2");
    assert_false(is_ended(fixture, 0, 0));
    assert_true(is_ended(fixture, 1, 0));
    end(fixture);
}

static void all_addresses_together_are_counted(void **state)
{
    (void)state;
    const struct tw_connections_spec spec = {100, 2, 3};
    struct fixture *fixture = begin_with(&spec);
    open_from(fixture, 0, "10.0.0.1");
    open_from(fixture, 1, "10.0.0.2");
    open_from(fixture, 2, "10.0.0.3");
    assert_false(is_ended(fixture, 0, 0));
    open_from(fixture, 3, "10.0.0.4");
    assert_true(is_ended(fixture, 0, 0));
    assert_false(is_ended(fixture, 1, 0));
    end(fixture);
}

static void who_is_answered_waits_anew(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100, 2);
    open_from(fixture, 0, "10.0.0.1");
    open_from(fixture, 1, "10.0.0.1");
    tw_connection_waits(fixture->connections, fixture->opened[0]); /* the youngest now */
    open_from(fixture, 2, "10.0.0.1");
    assert_false(is_ended(fixture, 0, 0));
    assert_true(is_ended(fixture, 1, 0));
    end(fixture);
}

static void who_has_asked_does_not_wait(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100, 2);
    open_from(fixture, 0, "10.0.0.1");
    tw_connection_asks(fixture->connections, fixture->opened[0]);
    tw_connection_asks(fixture->connections, fixture->opened[0]);
    open_from(fixture, 1, "10.0.0.1");
    open_from(fixture, 2, "10.0.0.1");
    assert_false(is_ended(fixture, 0, 0));
    tw_connection_waits(fixture->connections, fixture->opened[0]); /* the youngest now */
    open_from(fixture, 3, "10.0.0.1");
    assert_false(is_ended(fixture, 0, 0));
    assert_true(is_ended(fixture, 1, 0));
    end(fixture);
}

static void waiting_has_an_end(void **state)
{
    (void)state;
    struct fixture *fixture = begin(0.2, 100);
    open_from(fixture, 0, "10.0.0.1");
    open_from(fixture, 1, "10.0.0.1");
    tw_connection_asks(fixture->connections, fixture->opened[1]);
    assert_true(is_ended(fixture, 0, 20000));
    assert_false(is_ended(fixture, 1, 0));
    tw_connection_waits(fixture->connections, fixture->opened[0]); /* changes nothing any more */
    end(fixture);
}

static void nothing_is_done_for_a_connection_that_is_not_known(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100, 2);
    tw_connection_asks(fixture->connections, NULL);
    tw_connection_waits(fixture->connections, NULL);
    tw_connection_close(fixture->connections, NULL);
    tw_connections_free(NULL);
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_that_waits_longest_makes_room),
        cmocka_unit_test(addresses_are_counted_each_for_itself),
        cmocka_unit_test(all_addresses_together_are_counted),
        cmocka_unit_test(who_is_answered_waits_anew),
        cmocka_unit_test(who_has_asked_does_not_wait),
        cmocka_unit_test(waiting_has_an_end),
        cmocka_unit_test(nothing_is_done_for_a_connection_that_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
