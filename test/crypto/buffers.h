#ifndef BUFFERS_H__
#define BUFFERS_H__

/* What the host fills in and reads back (exports.c). */
extern unsigned char key[32], iv[16], mac[16], data[65536];

#endif
