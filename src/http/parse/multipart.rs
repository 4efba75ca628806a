//! `multipart/form-data` (RFC 7578): plain fields only, no files.

use std::borrow::Cow;

use bytes::Bytes;
use futures_util::stream;

use super::malformed;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::presented::{Fields, Reading, Value};

/// The fields of a form whose parts `boundary` separates.
pub async fn fields<'b>(body: &Bytes, boundary: &str) -> Result<Fields<'b>, Vec<FieldFault>> {
    let whole = body.clone();
    let mut parts = multer::Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(whole)]), boundary);
    let mut fields = Reading::default();
    let broken = || malformed("is not a well-formed multipart form in UTF-8");
    let mut position = 0usize;
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        position = position.saturating_add(1);
        let name = part.name().ok_or_else(|| malformed("has a part without a name"))?.to_owned();
        if part.file_name().is_some() {
            return Err(vec![FieldFault::presented(&name, position, Fault::Type("a plain field, not a file"))]);
        }
        let bytes = part.bytes().await.map_err(|_| broken())?;
        let text = String::from_utf8(bytes.into()).map_err(|_| broken())?;
        fields.push(Cow::Owned(name), Value::Form(Cow::Owned(text))).map_err(|fault| vec![fault])?;
    }
    fields.finish()
}
