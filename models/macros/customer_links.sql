{#
  Links in one form: each from both ends. What a source states about (customer, related) holds the other way round with
  the sides swapped; what it states from both ends is one link.
#}
{% macro link_ends(stated, marks='') %}
select
    customer_id,
    related_customer_id,
    link_kind,
    case when link_kind = 'holding' then 'parent' else 'peer' end as side,
    role as related_role,
    null::varchar as own_role,
    share_percent,
    valid_from,
    valid_to
    {{- marks }}
from {{ stated }}
union all
select
    related_customer_id,
    customer_id,
    link_kind,
    case when link_kind = 'holding' then 'subsidiary' else 'peer' end,
    null,
    role,
    share_percent,
    valid_from,
    valid_to
    {{- marks }}
from {{ stated }}
{% endmacro %}

{# Links with the customers who stand for those who were merged away; none leads to oneself. #}
{% macro links_of_survivors(links, survivors) %}
select
    links.* replace (
        coalesce(own.survivor_id, links.customer_id) as customer_id,
        coalesce(related.survivor_id, links.related_customer_id) as related_customer_id
    )
from {{ links }} as links
left join {{ survivors }} as own on own.customer_id = links.customer_id
left join {{ survivors }} as related on related.customer_id = links.related_customer_id
where coalesce(own.survivor_id, links.customer_id) <> coalesce(related.survivor_id, links.related_customer_id)
{% endmacro %}

{# What tells links apart, and their id of it. #}
{% macro link_key() %}customer_id, related_customer_id, link_kind, side, valid_from{% endmacro %}
{% macro link_id() %}md5(concat_ws('|', link_kind, side, customer_id, related_customer_id, valid_from)){% endmacro %}

{# One link of what both ends state. Without an end from either side it has none. #}
{% macro merged_link() %}
max(related_role) as related_role,
max(own_role) as own_role,
max(share_percent) as share_percent,
case when count(*) = count(valid_to) then max(valid_to) end as valid_to
{% endmacro %}
