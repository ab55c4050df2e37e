#include "dotdash.h"

int main(int argc, char **argv)
{
    int unknown = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: dotdash TEXT...\n");
        return 64;
    }
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            fputs(" / ", stdout);
        unknown += dotdash_write(stdout, argv[i]);
    }
    putchar('\n');
    return unknown ? 1 : 0;
}
