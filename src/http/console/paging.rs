//! A page of a long list, the newest first, and whether there are newer and older rows: `?before=` and `?after=` a row.

use super::form::Query;
use crate::http::error::Problem;
use crate::store::StoreError;

/// Rows of a page.
const ROWS: usize = 25;

/// Rows, and what lies around them.
pub struct Page<T> {
    /// The rows, the newest first.
    pub rows: Vec<T>,
    is_newer: bool,
    is_older: bool,
}

impl<T> Page<T> {
    /// The page that the query asks for. `older` reads the rows before a number, or the newest; `newer` those after one;
    /// both at most so many, the newest first.
    pub async fn read<O, N>(
        query: &Query,
        older: impl FnOnce(Option<i64>, i64) -> O,
        newer: impl FnOnce(i64, i64) -> N,
    ) -> Result<Self, Problem>
    where
        O: Future<Output = Result<Vec<T>, StoreError>>,
        N: Future<Output = Result<Vec<T>, StoreError>>,
    {
        // One more than fits tells whether there is more.
        let most = i64::try_from(ROWS).unwrap_or(i64::MAX).saturating_add(1);
        let number = |name: &str| query.get(name).and_then(|number| number.parse().ok());
        let after = number("after");
        if let Some(after) = after {
            let mut rows = newer(after, most).await?;
            if rows.len() > ROWS {
                rows.remove(0);
                return Ok(Self { rows, is_newer: true, is_older: true });
            }
            // With fewer it is the first page, which is then shown in full.
        }
        let before = number("before").filter(|_| after.is_none());
        let mut rows = older(before, most).await?;
        let is_older = rows.len() > ROWS;
        rows.truncate(ROWS);
        Ok(Self { rows, is_newer: before.is_some(), is_older })
    }

    /// The links to the newer and the older rows.
    pub fn links(&self, query: &Query, path: &str, number: impl Fn(&T) -> i64) -> (Option<String>, Option<String>) {
        let link =
            |name: &str, other: &str, row: &T| query.link(path, &[(name, &number(row).to_string()), (other, "")]);
        let newer = self.rows.first().filter(|_| self.is_newer).map(|row| link("after", "before", row));
        let older = self.rows.last().filter(|_| self.is_older).map(|row| link("before", "after", row));
        (newer, older)
    }
}
