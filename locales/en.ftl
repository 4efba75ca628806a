# The words of the pages. Plain, short, present tense; **strong** and `code` are marked up.

## Around every page
skip-to-content = Skip to content
navigation = Main
menu = Menu
close = Close
notification = Notification
dismiss = Dismiss
go-home = Go to the first page
request-id = Request id
api-integration = API Integration
monitoring = Monitoring
customers = Customers
installation = Installation
generate-credentials = Generate Credentials
get-access-token = Get Access Token
token-timeout = Token Timeout
requests = Requests
usage = Usage
activity = Activity
people = People
entities = Entities
signing-keys = Signing keys
health = Health
operators = Operators
account = Account
role-operator = Operator
status-active = Active
status-disabled = Disabled
viewing-as = You see this as the people of **{ $entity }** see it. You can read everything but secrets, and change nothing.
stop-viewing = Stop

## Times
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
day = { $day } { $month } { $year }
moment = { $day }, { $clock } UTC
log-moment = { $day } { $month } { $clock }
just-now = just now
ago = { $span } ago
seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

## Words of many pages
cancel = Cancel
save = Save
saving = Saving…
working = Working…
copy = Copy
copied = Copied
show = Show
hide = Hide
change = Change
never = Never
never-used = Never used
off = Off
active = Active
stopped = Stopped
status = Status
created = Created
last-used = Last used
stops-at = Stops at
scope = Scope
address = Address
actions = Actions
since = Since
e-mail = E-mail
password = Password
your-name = Your name
unlock = Unlock
only-managers = Only owners and developers of this business entity can do this.

## Faults of fields
fault-empty = Fill this in.
fault-too-short = Use at least { $least } characters.
fault-too-long = Use at most { $most } characters.
fault-minimum = Enter { $least } or more.
fault-maximum = Enter { $most } or less.

## The door
sign-in = Sign in
sign-in-to-passgate = Sign in to Passgate
signing-in = Signing in…
sign-out = Sign out
api-access-of = API access of { $host }
session-ended = You were signed out after 30 minutes without a request. Sign in to go on where you were.
wrong-password = The e-mail address or the password is wrong.
forgot-password = Forgot the password?
no-account = No account? Your operator sends invitations. Ask the person who gave you this address.
show-password = Show the password
password-rule = At least 12 characters. A few words that nobody would guess are best.
new-password = New password
new-password-for = For { $email }. Every session of this account ends.
set-password = Set password and go on
no-mail-server = This installation sends no mail. Ask an operator or an owner of your business entity to remove you and to invite you again.
reset-explained = Enter your e-mail address. If it has an account here, a link to set a new password is on its way in a moment.
reset-sent = If the address has an account here, a link is on its way. It works for one hour.
send-link = Send the link
back-to-sign-in = Back to sign-in
link-not-valid = This link is not valid
link-explained-reset = It has been used, or its hour is over. Ask for another on the sign-in page.
link-explained-invitation = It has been used, withdrawn or replaced by a newer one, or its 48 hours are over. Ask the person who invited you to send it again.
link-explained-setup = It has been used, has ended, or a newer one was made. On the machine that runs Passgate, make another: `passgate operator setup-link`
set-up-passgate = Set up Passgate
set-up-explained = This link makes you an operator of this installation. It works once.
become-operator = Become operator
operators-of-passgate = the operators of Passgate
join = Join { $place }
join-explained = Set a password for { $email }.
join-with-account = { $email } has an account here already. Give its password to join.
join-button = Join
your-present-password = Your present password
not-found = Page not found
not-found-explained = There is no such page here, or it is not one that you can see. Compare the address with the one that you were given.
unavailable = Not available now
unavailable-explained = Passgate cannot answer now. Your request was not wrong; try again in half a minute.
cause = Cause
remedy = Remedy

## A recent password
confirm = Confirm
confirm-it-is-you = Confirm that it is you
confirm-explained = You gave your password more than 10 minutes ago. A secret is shown or replaced only right after it.

## Account
name-explained = What your colleagues see beside what you did.
change-password = Change password
change-password-explained = Your other sessions end when you change it.
language-and-theme = Language and theme
look-explained = For this browser.
language = Language
theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
sessions = Sessions
browser = Browser
this-one = This one
end-session = End
end-other-sessions = End all other sessions
belongs-nowhere = Your account belongs to no business entity. Ask the person who invited you.

## Notifications. The first two are the contract's.
notice-regenerated = Webhook credentials has been regenerated successfully.
notice-settings-updated = Webhook settings updated successfully
notice-rotation-cancelled = The rotation is cancelled. The old secret goes on, the new one has stopped.
notice-secret-stopped = The old secret has stopped.
notice-revoked = The credential is revoked.
notice-unlocked = The account is unlocked.
notice-invited = The invitation is sent.
notice-withdrawn = The invitation is withdrawn.
notice-role-changed = The role is changed.
notice-removed = The person is removed.
notice-name-changed = Your name is changed.
notice-password-changed = Your password is changed. Your other sessions have ended.
notice-sessions-ended = The sessions have ended.
notice-saved = Saved.
notice-keys-rotated = The next key signs from now on.
notice-imported = The configuration is imported.

## Generate Credentials
generate-lede = Your systems sign in to the platform’s APIs with this pair. Keep the secret on your servers, never in an app or a browser.
generate-lede-platform = Your systems sign in to the { $platform } APIs with this pair. Keep the secret on your servers, never in an app or a browser.
entity-disabled = This business entity is disabled.
entity-disabled-explained = Its systems get no tokens. Ask the operator of the platform.
credentials = Credentials
no-credentials = No credentials yet
no-credentials-explained = Generate the pair once. You will see the Client Id and the Client Secret here, and can try them on the next page straight away.
generate-credentials-button = Generate credentials
scope-and-lifetime = Scope: **{ $scope }**. Tokens are valid for { $span }.
road-ahead = The road ahead
step-generate = Generate credentials
step-generate-explained = A Client Id that never changes, and a secret.
step-send = Send your first request
step-send-explained = On Get Access Token, with one press. No tool needed.
step-code = Copy it as code
step-code-explained = curl, Python, Java and seven more, filled in with your values.
step-watch = Watch it work
step-watch-explained = Requests shows every call, and why one failed.
client-id = Client Id
client-secret = Client Secret
new-client-secret = New Client Secret
stays-the-same = Stays the same for ever
hidden-begins-with = hidden, begins with { $hint }
hidden-again-in = Hidden again after this many seconds:
show-it-later = You can show it later.
shown-once = It is shown only now: copy it.
was-shown-once = It was shown when it was made, and is not kept. Regenerate the key for another.
last-used-from = Last used { $time } from { $address }
replace-the-secret = Replace the secret
you-choose-how-long = You choose how long the current one keeps working.
not-while-two = Not possible while two secrets work. Stop the old one or cancel the rotation first.
regenerate-key = Regenerate key
it-leaked = It leaked: stop it now
token-valid-for = A token is valid for
time-limit = Time limit
allowed-addresses = Allowed addresses
from-anywhere = From anywhere
ranges = { $count ->
    [one] { $count } range
   *[other] { $count } ranges
}
account-lock = Account lock
after-failures = { $count ->
    [one] After { $count } failure
   *[other] After { $count } failures
}
locked-since = This account is locked since { $time }, after too many failed requests.
locked-explained = Ask an owner or a developer of this business entity to unlock it.
two-secrets-until = **Two secrets work until { $time }.**
two-secrets-explained = Put the new secret into your systems. This page tells you when nothing uses the old one any more.
secrets-of-30-days = Secrets of the last 30 days
secret-begins-with = Secret begins with
rotation = Rotation
rotating = Rotating
old-still-in-use = Old secret still in use
old-not-in-use = Nothing has used the old secret since
rotation-explained = “Cancel rotation” keeps the old secret and stops the new one. “Stop now” ends the old one at once: whatever still uses it gets 401.
stop-now = Stop now
cancel-rotation = Cancel rotation
who-did-what = Who did what
several-systems = Several systems
several-systems-explained = Give each of your systems a pair of its own: then one can be replaced without the others. You may have { $most }.
add-credential = Add a pair
add-explained = It gets a Client Id and a Client Secret of its own. The other pairs stay as they are.
name-of-system = Name of the system
revoke-named = Revoke “{ $name }”
revoke-explained = Its Client Id and every secret of it stop working at once and for ever, and so do its tokens.
yes-revoke = Yes, revoke it
regenerate-explained = Passgate makes a new Client Secret for { $entity }. The Client Id stays the same.
are-you-sure = Are you sure you want to continue?
keep-working-for = Keep the current secret working for
grace-none = None
stops-now = stops now
consequence-both = Both secrets work until then. After that, only the new one.
consequence-tokens = Tokens already issued keep working until they expire, at most **{ $span }**.
consequence-void = Tokens already issued **stop at once**.
yes-regenerate = Yes, regenerate key
leak-title = It leaked: stop it now
leak-explained = Every secret of this Client Id stops at once, and you get a new one. Systems that use an old one get 401 until you give them the new one.
leak-void = Stop the tokens already issued, too
leak-void-explained = Whoever has the secret may have tokens as well.
leak-yes = Yes, stop everything now

## Get Access Token
get-lede = Exchange your Client Id and Client Secret for an access token. It is valid for { $span }; ask for a new one whenever you need it.
get-needs-credentials = Generate the pair first. Then this page shows your exact request and sends it with one press.
request-body = Request Body
body-format = Format of the body
example = Example
schema = Schema
sending = Sending…
send-request = Send request
send-again = Send again
change-values = Change the values
leave-out = leave it out
secret-is-filled-in = Your stored secret is filled in when you send. It is never shown here.
secret-is-asked = Your secret is not kept here. It is used for this request only.
both-mandatory = `client_id` and `client_secret` are mandatory, both from
others-dynamic = All other parameters are dynamic in nature, may or may not be applicable for a business entity.
for-entity = For { $entity }:
mandatory-too = mandatory too.
mandatory = mandatory
optional = optional
mandatory-hint = (mandatory)
optional-hint = (optional)
schema-caption = Properties of the request body
name-and-type = Name and type
name = Name
needed = Needed
value = Value
means = Means
unknown-refused = A name that is not in this table is refused with 412.
unknown-ignored = A name that is not in this table is ignored.
your-client-id = Your Client Id
your-client-secret = Your Client Secret
type-string = string
type-integer = integer
type-number = number
type-boolean = boolean
type-date-time = date and time
type-enum = one of a list
limit-values = { $values }.
limit-range = { $least } to { $most }.
limit-least = { $least } or more.
limit-most = { $most } or less.
limit-min-length = At least { $least } characters.
limit-max-length = At most { $most } characters.
limit-pattern = Matches `{ $pattern }`.
limit-default = Default: { $default }
limit-none = Any
responses = Responses
received = received
headers = Headers
what-to-do = What to do
correct-fields = { $count ->
    [one] Correct one field:
   *[other] Correct { $count } fields:
}
sent-at = Sent { $time }, answered in { $millis } ms.
open-in-requests = Open it in Requests
use-the-token = Send it with every API call as `Authorization: Bearer …`. Read **expires_in** rather than the token itself, and ask for the next one a minute before the end.
token-decoded = The token, decoded
anyone-can-read = Anyone who holds the token can read this; nobody can change it.
ends-in = Ends in { $span }, at { $time }
token-header = Header
token-claims = Claims
claim-alg = How it is signed
claim-typ = An access token
claim-kid = The signing key
claim-iss = Who issued it
claim-sub = Who it is for
claim-aud = Which APIs take it
claim-scope = What it may do
claim-jti = Its id, to revoke this one token
claim-parameter = From the parameter { $name }
claim-other = A claim of the platform
same-as-code = The same request as code
programming-language = Programming language
take-it-with-you = Take it with you:
none-has-the-secret = None of them contains your secret.
back-to-generate = Back to Generate Credentials

## Token Timeout
timeout-lede = How long a token is valid, when an account locks, and from where your systems may ask. Changes count from the next request.
time-limit-explained = A short time limits the harm of a lost token. Your systems can always ask for the next one.
new-token-valid-for = A new token is valid for
time-unit = Time unit
unit-minutes = minutes
unit-hours = hours
timeout-limits = 1 to 1440 minutes, or 1 to 24 hours.
whole-number = Enter a whole number from 1 to { $most }.
account-lock-settings = Integration Account Lock Settings
lock-explained = A lock also stops your own systems. Guessing is always slowed down, with or without it.
lock-after-failed = Lock the account after failed attempts
on = On
maximum-attempts = Maximum login attempts
attempts-limits = Consecutive failed token requests for this Client Id, 1 to 9.
unlock-by-itself = Unlock by itself
unlock-never = never
unlock-after = after { $span }
locked-named = “{ $name }” is locked since { $time }, after too many failed requests.
locked-means = Every request of it gets 401 until it is unlocked.
addresses-explained = Requests from elsewhere get 401, even with the right secret.
addresses-label = Addresses or ranges, one a line
addresses-empty = Empty means: from anywhere.
line-not-an-address = Line { $line } is neither an address nor a range such as 203.0.113.0/24.
too-many-ranges = Use at most { $most } ranges.
covers-all = { $count ->
    [one] **Covers the one address** that got a token in the last 7 days.
   *[other] **Covers all { $count } addresses** that got tokens in the last 7 days.
}
would-shut-out = **Would shut out { $out } of { $count } addresses** that got tokens in the last 7 days: { $addresses }
save-anyway = Save it anyway
save-anyway-explained = Those systems get 401 from their next request on.
test-an-address = Test an address
test = Test
probe-not-an-address = **Not an address.** Enter one such as 203.0.113.24 or 2001:db8::1.
probe-allowed = **Allowed.** A request from { $address } may get a token.
probe-refused = **Refused.** { $address } is in none of the ranges above.
when-regenerated = When the key is regenerated
when-regenerated-explained = What the dialog proposes. It can be changed there each time.
keep-old-secret-for = Keep the old secret for
tokens-already-issued = Tokens already issued
tokens-keep = Keep working until they expire
tokens-stop = Stop at once
last-changed-by = Last changed { $time } by { $name }
last-changed-by-operator = Last changed { $time } by an operator of the platform
clear = Clear
update = Update
