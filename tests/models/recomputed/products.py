"""Devices, tariffs, services, extensions."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.models.recomputed.extracts import Record
from tests.models.recomputed.portfolio import Profile, newest_subscription
from tests.models.recomputed.world import World, earliest, folded, grouped, known, last, latest, total


class Products:
    """Attributes of what a customer has switched on and in which devices."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.devices = grouped(world.extracts.rows("device"), self._subscription)
        self.services = grouped(
            world.extracts.rows("subscription_service"), lambda row: row["subscription_id"]
        )
        self.prices = {row["name"]: row for row in world.extracts.rows("tariff")}
        self.service_prices = {row["service_id"]: row for row in world.extracts.rows("service")}
        self.versions = grouped(world.extracts.versions("subscription"), lambda row: row["subscription_id"])

    def __call__(self, customer_id: str) -> Profile:
        rows = self.world.subscriptions.get(customer_id, [])
        return {
            **self._devices(rows),
            **self._tariff(rows),
            **self._services(rows),
        }

    def _subscription(self, device: Record) -> str | None:
        if device["subscription_id"]:
            return device["subscription_id"]  # type: ignore[no-any-return]
        held = self.world.numbers.get(device["msisdn"] or "", [])
        found = {each.subscription_id for each in held if each.on(device["first_seen_on"])}
        return found.pop() if len(found) == 1 else None

    def _devices(self, rows: list[Record]) -> Profile:
        all_devices = [device for row in rows for device in self.devices.get(row["subscription_id"], [])]
        newest = newest_subscription(rows)
        seen = self.devices.get(newest["subscription_id"], []) if newest else []
        device = last(seen, "first_seen_on", "imei", "msisdn")
        values = {
            name: device and device[column]
            for name, column in {
                "device_vendor": "vendor",
                "device_model": "model",
                "device_kind": "device_kind",
                "device_os": "os",
                "device_os_version": "os_version",
                "device_network": "network",
                "device_first_seen_on": "first_seen_on",
                "device_last_seen_on": "last_seen_on",
            }.items()
        }
        return values | {
            "device_model__folded": folded(values["device_model"]),
            "device_count": len({each["imei"] for each in all_devices}),
            "open_device_count": len({each["imei"] for each in all_devices if each["last_seen_on"] is None}),
        }

    def _tariff(self, rows: list[Record]) -> Profile:
        newest = newest_subscription(rows)
        price = self.prices.get(newest["tariff"] or "") if newest else None
        changes = [self._changes(row["subscription_id"]) for row in rows]
        own = self._changes(newest["subscription_id"]) if newest and newest["tariff"] else []
        return {
            "tariff_product_id": price and f"tariff:{price['tariff_id']}",
            "tariff_monthly_fee": price and price["monthly_fee"],
            "tariff_included_minutes": price and price["included_minutes"],
            "tariff_included_mb": price and price["included_mb"],
            "tariff_included_sms": price and price["included_sms"],
            "tariff_sold_from": price and price["valid_from"],
            "tariff_sold_until": price and price["valid_to"],
            "tariff_since": own[-1] if own else newest and newest["tariff"] and newest["activated_on"],
            "tariff_change_count": sum(map(len, changes)),
        }

    def _changes(self, subscription_id: str) -> list[Any]:
        """Days from which another tariff than before was known."""
        told = [row for row in self.versions[subscription_id] if row["tariff"]]
        return [after.known_from for before, after in pairwise(told) if before["tariff"] != after["tariff"]]

    def _services(self, rows: list[Record]) -> Profile:
        held = [(row, each) for row in rows for each in self.services.get(row["subscription_id"], [])]
        ends = [earliest(known([row, each], "deactivated_on")) for row, each in held]
        fees = [self._fee(each) for (_, each), end in zip(held, ends, strict=True) if end is None]
        tariffs = [
            self.prices[row["tariff"]]["monthly_fee"]
            for row in rows
            if row["deactivated_on"] is None and row["tariff"] in self.prices
        ]
        return {
            "service_count": len(held),
            "open_service_count": len(fees),
            "service_fee_total": total(fee for fee in fees if fee is not None),
            "recurring_fee_total": total(fee for fee in [*fees, *tariffs] if fee is not None),
            "last_service_on": latest(known([each for _, each in held], "activated_on")),
            "last_service_ended_on": latest(end for end in ends if end is not None),
        }

    def _fee(self, row: Record) -> Decimal | None:
        """As agreed with the subscriber, else of the price list."""
        price = self.service_prices.get(row["service_id"])
        if row["monthly_fee"] is not None or price is None:
            return row["monthly_fee"]  # type: ignore[no-any-return]
        return price["monthly_fee"]  # type: ignore[no-any-return]
