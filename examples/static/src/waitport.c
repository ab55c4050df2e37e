/* Waits until something listens on a port of an address. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The address of two texts, or nothing. Names are not looked up: what does that is no part of a static program. */
static socklen_t address(const char *text, const char *port, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    char *end;
    unsigned long number = strtoul(port, &end, 10);

    memset(out, 0, sizeof *out);
    if (*port < '0' || *port > '9' || *end || number == 0 || number > 65535)
        return 0;
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((unsigned short)number);
        return sizeof *four;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((unsigned short)number);
        return sizeof *six;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 100 * 1000 * 1000};
    struct sockaddr_storage to;
    socklen_t length = argc == 4 ? address(argv[1], argv[2], &to) : 0;
    int tries = argc == 4 ? atoi(argv[3]) * 10 : 0;

    if (length == 0 || tries <= 0) {
        fprintf(stderr, "usage: waitport ADDRESS PORT SECONDS\n");
        return 64;
    }
    while (tries-- > 0) {
        int connection = socket(to.ss_family, SOCK_STREAM, 0);
        int code = connection < 0 ? -1 : connect(connection, (struct sockaddr *)&to, length);
        if (connection >= 0)
            close(connection);
        if (code == 0)
            return 0;
        nanosleep(&pause, NULL);
    }
    return 1;
}
