-- The tree of units, walked upwards from each unit. A circle is cut where it would close; a unit whose parent is not known is
-- a root.
with recursive units as (
    select * from {{ ref('stg_org_unit') }}
),

steps as (
    select unit_id, unit_id as ancestor_id, parent_unit_id as next_id, [unit_id] as visited from units
    union all
    select steps.unit_id, parents.unit_id, parents.parent_unit_id, list_append(steps.visited, parents.unit_id)
    from steps
    inner join units as parents on parents.unit_id = steps.next_id
    where not list_contains(steps.visited, parents.unit_id)
),

placed as (
    select
        steps.unit_id,
        string_agg(coalesce(ancestors.name, ancestors.unit_id), ' / ' order by len(steps.visited) desc) as path,
        max(len(steps.visited)) - 1 as depth,
        arg_min(ancestors.unit_id, len(steps.visited)) filter (where ancestors.unit_kind = 'branch')
            as branch_unit_id
    from steps
    inner join units as ancestors on ancestors.unit_id = steps.ancestor_id
    group by steps.unit_id
)

select
    units.unit_id,
    units.name,
    units.name__folded,
    units.unit_kind,
    units.parent_unit_id,
    units.region,
    placed.path,
    placed.depth,
    placed.branch_unit_id,
    branches.name as branch_name,
    units.valid_from,
    units.valid_to
from units
inner join placed using (unit_id)
left join units as branches on branches.unit_id = placed.branch_unit_id
