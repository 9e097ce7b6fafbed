"""What the statistics office states of legal entities: mostly what the billing knows, some of it otherwise."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Flags, Ints, dates, integers, pick, texts
from pipelines.simulator.names import companies
from pipelines.simulator.places import REGIONS
from pipelines.simulator.register import INDUSTRIES
from pipelines.simulator.registers import customer_table
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World

TYPES = ("MChJ", "XK", "AJ", "QK", "DUK")
RENAMED, RESPELT, MOVED, OTHER_TRADE, RECOUNTED = 0.02, 0.08, 0.01, 0.06, 0.15
"""Shares of companies that the office knows by another name, in capitals, in another region, trade, head count."""
CLAIMED = {"full_name": "name", "region": "region", "industry": "industry", "head_count": "head_count"}
"""Attributes that billing and office both state -> the office's column."""
OF_BILLING = {
    "full_name": "CUST_NAME",
    "region": "REGION_CODE",
    "industry": "OKED",
    "head_count": "STAFF_CNT",
}


def office_table(world: World) -> Any:
    """All companies of the block in the office's columns; a move of a company it does not hear of."""
    company = np.flatnonzero(world.lives.legal)
    size, rng = len(company), world.rng("statistics")
    kind = pick(rng, [70, 15, 6, 5, 4], size)
    drawn = texts(INDUSTRIES, pick(rng, [0.8**i for i in range(len(INDUSTRIES))], size))
    heads = np.maximum(rng.lognormal(2.4, 1.5, size), 1).astype(np.int64)
    own = world.register.table.take(pa.array(company))
    holding = world.links.kind == 0
    head = np.full(world.lives.size, -1)
    head[world.links.one[holding]] = world.links.other[holding]
    parent = head[company]
    return pa.table(
        {
            "tax_id": integers(world.register.tax_id[company]).cast(pa.string()),
            "name": _names(rng, own["CUST_NAME"].combine_chunks()),
            "registration_no": integers(world.lives.number[company] * 31 % 1_000_000_007).cast(pa.string()),
            "type": texts(TYPES, kind),
            "region": _instead(
                own["REGION_CODE"],
                texts([each.code for each in REGIONS], pick(rng, [each.companies for each in REGIONS], size)),
                rng.random(size) < MOVED,
            ),
            "industry": _instead(own["OKED"], drawn, rng.random(size) < OTHER_TRADE),
            "head_count": _instead(own["STAFF_CNT"], integers(heads), rng.random(size) < RECOUNTED),
            "parent_tax_id": integers(world.register.tax_id[parent], parent >= 0).cast(pa.string()),
            "registered_on": dates(world.lives.registered[company]),
        }
    )


def _instead(stated: Any, other: Any, differs: Flags) -> Any:
    """The billing's value; another where it has none, or where they differ."""
    return pc.coalesce(pc.if_else(pa.array(differs), other, stated.combine_chunks()), other)


def _names(rng: np.random.Generator, own: Any) -> Any:
    full, _ = companies(rng, rng.random(len(own)) < 0.4)
    full = full.combine_chunks() if isinstance(full, pa.ChunkedArray) else full
    respelt = pc.if_else(pa.array(rng.random(len(own)) < RESPELT), pc.utf8_upper(own), own)
    return pc.if_else(pa.array(rng.random(len(own)) < RENAMED), full, respelt)


def registry_differences(world: World) -> Any:
    """What billing and office say differently of a company that both know, by the newest file of each."""
    day = world.calendar.as_of
    billing = customer_table(world, day)
    known = pc.and_(pc.is_valid(billing["INN"]), pc.is_null(billing["MERGED_TO"])).to_numpy()
    company = np.flatnonzero(world.lives.legal)
    told = world.lives.registered[company] < max(Period(world.calendar).whole_days())
    place = np.flatnonzero(told & (company < len(billing)))
    place = place[known[company[place]]]
    ours, theirs = billing.take(pa.array(company[place])), office_table(world).take(pa.array(place))
    return pa.concat_tables(
        [_differing(name, ours, ours[OF_BILLING[name]], theirs[CLAIMED[name]]) for name in CLAIMED]
    )


def _differing(attribute: str, billing: Any, ours: Any, theirs: Any) -> Any:
    """Capitals alone make no difference, nor does what one of them does not say."""
    one, other = ours.cast(pa.string()), theirs.cast(pa.string())
    unequal = pc.fill_null(pc.not_equal(pc.utf8_upper(one), pc.utf8_upper(other)), fill_value=False)
    at: Ints = np.flatnonzero(unequal.to_numpy())
    found = pa.array(at)
    return pa.table(
        {
            "customer_id": billing["CUST_ID"].cast(pa.string()).take(found),
            "attribute": texts([attribute], np.zeros(len(at), dtype=np.int64)),
            "billing": one.take(found),
            "statistics": other.take(found),
        }
    )
