"""Tables and plots for notebooks (extra `notebook`).

`to_pandas(orders)` and `to_polars(orders, "order_items")` make tables whose columns are listed in `TABLES` and do not
change; `plots` draws orders per day, revenue by SKU, and how far orders have come.
"""

from meli_sdk.notebook.frames import to_pandas, to_polars
from meli_sdk.notebook.tables import TABLES, Column, Table, to_dicts

__all__ = ["TABLES", "Column", "Table", "to_dicts", "to_pandas", "to_polars"]
