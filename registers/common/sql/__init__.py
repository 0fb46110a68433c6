"""From a GraphQL operation to one SQL statement that builds the whole answer.

Read in this order: `document` (parse within limits, validate, cache), `values` (arguments with their variables left open),
`selection` (fragments gone, fields merged), `operators` and `filters` (a filter as a condition), `objects` (a selection as JSON),
`statement` (what comes out and how values are bound), `complete` (only when a field was refused or a row is missing).
"""
