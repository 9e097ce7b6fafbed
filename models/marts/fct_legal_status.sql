-- What registries say of a company that was merged away is not said of the survivor.
with statuses as (
    select *, raw.identifier_value('tax_id', tax_id) as owner_tax_id from {{ ref('stg_legal_status') }}
)

select
    concat_ws(':', statuses.registry, statuses.tax_id, statuses.status, statuses.valid_from) as legal_status_id,
    owners.customer_no,
    statuses.tax_id,
    statuses.registry,
    statuses.status,
    statuses.valid_from,
    statuses.valid_to,
    statuses.reason,
    statuses.document_no
from statuses
left join {{ ref('int_tax_id_owner') }} as owners on statuses.owner_tax_id = owners.tax_id and owners.is_own
