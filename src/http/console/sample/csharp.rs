//! .NET 6 or later: the `Program.cs` of `dotnet new console`, or a file for `dotnet run`. `JsonObject` and not
//! `JsonSerializer`, which a file for `dotnet run` may not use on types that it finds out about by reflection.

use serde_json::Value;

use super::{BodyType, Example, fill, lines, long_escape, quoted};

const JSON: &str = r#"// PASSGATE_SECRET holds your Client Secret
using System.Text;
using System.Text.Json.Nodes;

var fields = new JsonObject
{
__FIELDS__
};
var body = new StringContent(fields.ToJsonString(), Encoding.UTF8, "application/json");
"#;

const FORM: &str = r"// PASSGATE_SECRET holds your Client Secret
using System.Text.Json.Nodes;

var body = new FormUrlEncodedContent(new Dictionary<string, string>
{
__FIELDS__
});
";

const ANSWER: &str = r#"using var client = new HttpClient();
using var answer = await client.PostAsync(__URL__, body);
var text = await answer.Content.ReadAsStringAsync();
if (!answer.IsSuccessStatusCode)
{
    Console.Error.WriteLine($"{(int)answer.StatusCode} {text}");
    return 1;
}
Console.WriteLine(JsonNode.Parse(text)!["access_token"]!.GetValue<string>());
return 0;
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let template = match body_type {
        BodyType::Json => JSON,
        BodyType::Form => FORM,
    };
    let fields = lines(body_type, example, |name, value| {
        let secret = || "Environment.GetEnvironmentVariable(\"PASSGATE_SECRET\") ?? \"\"".to_owned();
        format!("    [{}] = {},", string(name), value.map_or_else(secret, literal))
    });
    fill(template, &[("__FIELDS__", &fields)]) + &fill(ANSWER, &[("__URL__", &string(&example.post_url))])
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    quoted(text, "", long_escape)
}
