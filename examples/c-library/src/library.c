#include "dotdash.h"

#include <ctype.h>
#include <string.h>

/* Recommendation ITU-R M.1677-1: letters and digits. */
static const char *const letters[] = {
    ".-",   "-...", "-.-.", "-..",  ".",   "..-.", "--.",  "....", "..",   ".---", "-.-",  ".-..", "--",
    "-.",   "---",  ".--.", "--.-", ".-.", "...",  "-",    "..-",  "...-", ".--",  "-..-", "-.--", "--..",
};
static const char *const digits[] = {
    "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.",
};

static const char *code(unsigned char c)
{
    if (c >= 'a' && c <= 'z')
        return letters[c - 'a'];
    if (c >= '0' && c <= '9')
        return digits[c - '0'];
    return NULL;
}

int dotdash_write(FILE *out, const char *text)
{
    const char *separator = "";
    int unknown = 0;

    for (; *text; text++) {
        const char *word = isspace((unsigned char)*text) ? "/" : code((unsigned char)tolower((unsigned char)*text));
        if (!word) {
            unknown++;
            continue;
        }
        fprintf(out, "%s%s", separator, word);
        separator = " ";
    }
    return unknown;
}
