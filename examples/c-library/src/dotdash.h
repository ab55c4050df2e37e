/* Morse code as text. */
#ifndef DOTDASH_H
#define DOTDASH_H

#include <stdio.h>

/* Writes `text` in Morse code, letters between spaces and words between slashes. Returns how many characters have no code;
   these are left out. */
int dotdash_write(FILE *out, const char *text);

#endif
