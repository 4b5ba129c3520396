/*
 * From when to when is a certificate valid? What can't be read here is left
 * to BearSSL, which reads it, too.
 */
#include "engine/peer/certificate.h"

typedef struct {
	uint32_t days, seconds;
} moment;

static uint32_t
two_digits(const unsigned char *p)
{
	return (uint32_t)(p[0] - '0') * 10 + (uint32_t)(p[1] - '0');
}

/*
 * Days from the first of January of the year 0 in the proleptic Gregorian
 * calendar, the years counted from March on so that leap days come last.
 */
static uint32_t
days_of(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day +
	       59;
}

/* Take the next date off `in`. Returns 0 if it can't be read. */
static int
next_date(der *in, moment *date)
{
	der time;
	const unsigned char *p;
	unsigned tag;
	uint32_t year;

	if (!der_next(in, &tag, &time)) {
		return 0;
	}
	p = time.data;
	if (tag == DER_UTC_TIME && time.len >= 12) {
		/* RFC 5280, 4.1.2.5.1: from 50 on, it is 19YY. */
		year = two_digits(p);
		year += year >= 50 ? 1900 : 2000;
		p += 2;
	} else if (tag == DER_GENERALIZED_TIME && time.len >= 14) {
		year = two_digits(p) * 100 + two_digits(p + 2);
		p += 4;
	} else {
		return 0;
	}
	date->days = days_of(year, two_digits(p), two_digits(p + 2));
	date->seconds = two_digits(p + 4) * 3600 + two_digits(p + 6) * 60 +
			two_digits(p + 8);
	return 1;
}

static int
is_after(const moment *date, uint32_t days, uint32_t seconds)
{
	return date->days != days ? date->days > days : date->seconds > seconds;
}

/* see certificate.h */
int
certificate_begins_after(
	const certificate *cert, uint32_t days, uint32_t seconds)
{
	der in = cert->validity;
	moment begin;

	return next_date(&in, &begin) && is_after(&begin, days, seconds);
}

/* see certificate.h */
int
certificate_has_ended(const certificate *cert, uint32_t days, uint32_t seconds)
{
	der in = cert->validity;
	moment begin, end;

	return next_date(&in, &begin) && next_date(&in, &end) &&
	       !is_after(&end, days, seconds);
}
