/* Remembers the highest load of a machine. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIGURATION "/etc/tidemark.conf"
#define STATE "/var/lib/tidemark/highest"

/* The number in a file, or `otherwise`. */
static double number(const char *path, double otherwise)
{
    double value = otherwise;
    FILE *file = fopen(path, "r");

    if (file) {
        if (fscanf(file, "%lf", &value) != 1)
            value = otherwise;
        fclose(file);
    }
    return value;
}

/* Seconds between two looks. */
static unsigned interval(void)
{
    unsigned seconds = 60, read;
    char line[256];
    FILE *file = fopen(CONFIGURATION, "r");

    if (!file) {
        perror(CONFIGURATION);
        exit(78);
    }
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "interval = %u", &read) == 1 && read > 0)
            seconds = read;
    fclose(file);
    return seconds;
}

/* A new file takes the place of the old one, so that there is a whole one at any time. */
static int keep(double highest)
{
    FILE *file = fopen(STATE ".new", "w");

    if (!file)
        return -1;
    fprintf(file, "%.2f\n", highest);
    if (fclose(file) != 0)
        return -1;
    return rename(STATE ".new", STATE);
}

int main(int argc, char **argv)
{
    double highest = number(STATE, -1);
    unsigned seconds;

    if (argc == 2 && strcmp(argv[1], "--show") == 0) {
        if (highest < 0) {
            puts("none yet");
            return 1;
        }
        printf("%.2f\n", highest);
        return 0;
    }
    if (argc != 1) {
        fprintf(stderr, "usage: tidemark [--show]\n");
        return 64;
    }
    for (seconds = interval();; sleep(seconds)) {
        double load = number("/proc/loadavg", 0);
        if (load <= highest)
            continue;
        highest = load;
        if (keep(highest) != 0) {
            perror(STATE);
            return 1;
        }
    }
}
