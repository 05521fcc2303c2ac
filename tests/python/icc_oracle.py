"""ICC(1,1) and its 95 % interval by pingouin, as CSV: a table of values in each row."""

import numpy as np
import pandas as pd
import pingouin

# It rounds intervals to two decimals unless told not to.
pingouin.options["round.column.CI95"] = None


def table(name: str, values: np.ndarray) -> None:
    rows, columns = values.shape
    long = pd.DataFrame(
        {
            "row": np.repeat(np.arange(rows), columns),
            "column": np.tile(np.arange(columns), rows),
            "value": values.ravel(),
        }
    )
    found = pingouin.intraclass_corr(long, targets="row", raters="column", ratings="value")
    one = found[found["Type"].isin(["ICC1", "ICC(1,1)"])].iloc[0]
    low, high = one["CI95"]
    text = " ".join(repr(float(v)) for v in values.ravel())
    print(f"{name},{rows},{columns},{text},{float(one['ICC'])!r},{float(low)!r},{float(high)!r}")


print("case,rows,columns,values,icc,low,high")
judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
table("shrout_fleiss", np.array(judges, float))
rng = np.random.default_rng(1)
for rows, columns, between in [(3, 2, 1), (2, 30, 3), (3, 5, 0), (8, 30, 0.5), (40, 30, 10), (6, 100, 1)]:
    values = between * rng.normal(size=(rows, 1)) + rng.normal(size=(rows, columns))
    table(f"{rows} x {columns} between {between}", values)
