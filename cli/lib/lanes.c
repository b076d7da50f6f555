// SPDX-License-Identifier: GPL-2.0-only
/*
 * lanes.c - rows for things that overlap in time.
 */
#include "lanes.h"

#include <errno.h>
#include <stdlib.h>

#include "vec.h"

static int lanes_add(struct aios_lanes *lanes)
{
	struct aios_lane *room = aios_vec_room(lanes->lanes, lanes->cnt, &lanes->cap,
					       sizeof(*room));

	if (!room)
		return -ENOMEM;
	lanes->lanes = room;
	room[lanes->cnt++] = (struct aios_lane){ 0 };
	return 0;
}

int aios_lanes_take(struct aios_lanes *lanes, uint64_t from_ns, size_t *ret)
{
	size_t nr = lanes->low;
	int err;

	while (nr < lanes->cnt && (lanes->lanes[nr].held || lanes->lanes[nr].until_ns >= from_ns))
		nr++;
	err = nr == lanes->cnt ? lanes_add(lanes) : 0;
	if (err)
		return err;
	lanes->lanes[nr].held = true;
	while (lanes->low < lanes->cnt && lanes->lanes[lanes->low].held)
		lanes->low++;
	*ret = nr;
	return 0;
}

void aios_lanes_give(struct aios_lanes *lanes, size_t nr, uint64_t until_ns)
{
	struct aios_lane *lane = &lanes->lanes[nr];

	lane->held = false;
	if (until_ns > lane->until_ns)
		lane->until_ns = until_ns;
	if (nr < lanes->low)
		lanes->low = nr;
}

/**
 * aios_lanes_done() - frees the rows
 * @lanes: none afterwards
 */
void aios_lanes_done(struct aios_lanes *lanes)
{
	free(lanes->lanes);
	*lanes = (struct aios_lanes){ 0 };
}
