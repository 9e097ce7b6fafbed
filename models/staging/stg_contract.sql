{{ current_rows('contract', ['contract_id']) }}
