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
revocation = Revocation
health = Health
operators = Operators
account = Account
role-operator = Operator
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
only-managers = Only owners and developers of this business entity can generate and show secrets, send requests and change settings.

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
join-explained = Set a password for { $email }. If this address has an account here already, give its password.
your-present-password = Your present password
not-found = Page not found
not-found-explained = There is no such page here, or it is not one that you can see. Compare the address with the one that you were given.
unavailable = Not available now
unavailable-explained = Passgate cannot answer now. Your request was not wrong; try again in half a minute.
read-only-explained = Nothing can be changed for the moment: Passgate is being moved to another database. Tokens are issued as ever; try again in half a minute.
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
notice-access-token-revoked = The token is revoked.
notice-access-token-ended = The token had expired already.
notice-tokens-voided = The tokens issued so far have stopped.
notice-key-voided = The key is withdrawn, and so are its tokens.
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
hidden-again-in = Hidden again in
hidden-again-seconds = s.
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
old-still-in-use = Old secret still in use: { $time } from { $address }
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
void-tokens = Stop its tokens
void-tokens-named = Stop the tokens of “{ $name }”
void-tokens-explained = Every token that it got so far stops. Its Client Secret goes on working: your systems ask for new tokens.
yes-void = Yes, stop them
stop-with-tokens = Stop now, with its tokens
regenerate-explained = Passgate makes a new Client Secret for { $entity }. The Client Id stays the same.
are-you-sure = Are you sure you want to continue?
keep-working-for = Keep the current secret working for
grace-none = None
stops-now = stops now
consequence-both = Both secrets work until then. After that, only the new one.
consequence-stopped = The current secret stops at once. Systems that use it get 401 until you give them the new one.
consequence-tokens = Tokens already issued keep working until they expire, at most **{ $span }**.
consequence-void = Tokens already issued **stop at once**.
yes-regenerate = Yes, regenerate key
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
for-entity = For { $entity },
mandatory-too = { $count ->
    [one] is mandatory too.
   *[other] are mandatory too.
}
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
limit-values = { $values }
limit-range = { $least } to { $most }
limit-least = { $least } or more
limit-most = { $most } or less
limit-min-length = At least { $least } characters
limit-max-length = At most { $most } characters
limit-pattern = Matches `{ $pattern }`
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
bound-tokens = Bound tokens
bound-explained = A bound token works only together with a key that never leaves your system (DPoP, RFC 9449). Whoever copies the token alone can do nothing with it.
bound-only = Accept bound tokens only
bound-means = When this is on, tokens are issued only at /oauth/token and only with a proof. Get Access Token and clients without DPoP stop working.
last-changed-by = Last changed { $time } by { $name }
last-changed-by-operator = Last changed { $time } by an operator of the platform
clear = Clear
update = Update

## Charts of token requests
period = Period
period-24h = 24 h
period-7d = 7 days
period-30d = 30 days
short-day = { $day } { $month }
percent = { $number } %
no-figure = none
milliseconds = { $number } ms
succeeded = Succeeded
failed = Failed
as-a-table = As a table
chart-hours = Token requests per hour: { $total } since { $time }, { $failed } of them failed. The same numbers stand in the table.
chart-days = Token requests per day: { $total } since { $time }, { $failed } of them failed. The same numbers stand in the table.
call-narrow = { $count } failed: { $cause }
call-hour = { $count } failed after { $time }: { $cause }
call-day = { $count } failed on { $time }: { $cause }
short-stopped-secret = stopped secret
short-wrong-secret = wrong secret
short-address = address not allowed
short-locked = account locked
short-disabled = entity disabled
short-revoked = credential ended
short-arguments = invalid arguments
short-scope = another scope
short-proof = no proof of the key
short-too-many = too many attempts
short-unavailable = Passgate away
short-other = other causes
quiet-period = There are no requests in this period.
look-at-30-days = Look at 30 days

## Requests
requests-lede = Every token request of { $entity }, and why one failed. Kept for 30 days.
no-requests = No requests yet
no-requests-explained = As soon as a system of { $entity } asks for a token, you see here what became of it. Send the first one yourself, with one press.
no-requests-no-credentials = As soon as a system of { $entity } asks for a token, you see here what became of it. For that it needs credentials.
median-answer = Median answer
why-failed = Why requests failed
failures-not-kept = None of these failures was kept one by one: there were too many at once.
nothing-failed = Nothing failed in this period.
count = Count
first = First
last = Last
show-these = Show these
all-requests = All requests
id-or-address = Request id or address
code = Code
all-codes = All codes
all-secrets = All secrets
secrets-of = All of { $name }
apply = Apply
only-cause = Only **{ $cause }**:
show-all = Show all
nothing-matches = No request matches.
time-utc = Time, UTC
result = Result
detail = Detail
secret = Secret
result-issued = { $status } issued
result-refused = { $status } refused
pages = Pages
newer = Newer
older = Older
shown-of = { $shown } of { $count } requests
sample-explained = In a second with very many requests only the first few are kept one by one. The figures and the chart count all of them.
one-request = One request
endpoint = Endpoint
answered-in = Answered in
not-known = None that is known
no-such-request = There is no such request here. Requests are kept for 30 days, and in a second with very many only the first few.

## Why requests failed
from-addresses = { $others ->
    [0] { $address }
    [one] { $address } and { $others } other address
   *[other] { $address } and { $others } other addresses
}
still-used-by = { $others ->
    [0] { $address } still uses it
    [one] { $address } and { $others } other address still use it
   *[other] { $address } and { $others } other addresses still use it
}
was-used-by = { $others ->
    [0] { $address } used it after that
    [one] { $address } and { $others } other address used it after that
   *[other] { $address } and { $others } other addresses used it after that
}
cause-stopped-secret = Secret `{ $hint }…` stopped on { $time }; { $use }
cause-stopped-some-time = Secret `{ $hint }…` has stopped; { $use }
cause-wrong-secret = A secret that never was one of this account’s, from { $from }
cause-address = { $others ->
    [0] { $address } is not one of the allowed addresses
    [one] { $address } and { $others } other address are not allowed
   *[other] { $address } and { $others } other addresses are not allowed
}
cause-too-many = Too many attempts failed, from { $from }
why-stopped-secret = The secret has stopped
why-wrong-secret = The secret never was one of this account’s
why-no-secret = No secret was sent
why-address = The address is not allowed
why-locked = The secret is right, and the account is locked
why-disabled = This business entity is disabled
why-revoked = The credential is revoked
why-expired = The credential has expired
why-scope = Another scope was asked for
why-grant-type = Another grant_type than client_credentials was asked for
why-proof = No proof of the key, and this entity takes bound tokens only
why-nonce = The proof had no current nonce
why-too-many = Too many attempts failed before
why-unavailable = Passgate could not answer
remedy-current-secret = Put the current secret there
remedy-copy-secret = Copy the secret once more
remedy-send-secret = See how the secret is sent
remedy-allow-address = Allow the address, or send from another
remedy-unlock = Unlock the account
remedy-ask-operator = Ask the operator of the platform
remedy-other-credential = Use another credential
remedy-field = See what { $field } takes
remedy-schema = See what each field takes
remedy-scope = Ask for { $scopes }
remedy-grant-type = Send client_credentials as grant_type
remedy-proof = Ask at /oauth/token, with a new DPoP proof for each request.
remedy-nonce = Nothing, if the client then asked again with the nonce that it was given.
remedy-again = The request was not wrong: send it again

## Usage
usage-lede = How often the systems of { $entity } asked for a token. Hours and days are UTC.
tokens-issued = Tokens issued
success-rate = Success rate
busiest-hour = Busiest hour
busiest-day = Busiest day
same-numbers = The same numbers
hour-utc = Hour, UTC
day-utc = Day, UTC

## Activity
activity-lede = Who did what at { $entity }. Nothing here can be changed or deleted.
download-csv = Download CSV
csv-explained = The CSV file has the newest 10,000 entries of what is chosen.
who = Who
what = What
when = When
from-where = From where
everything = Everything
kind-secrets = Credentials and secrets
kind-settings = Settings
kind-sign-ins = Sign-ins
nothing-of-this-kind = There is nothing of this kind yet.
no-activity = Nothing has happened here yet.
entries = { $count ->
    [one] { $count } entry
   *[other] { $count } entries
}
operator-of-platform = Operator of the platform
by-itself = by itself
one-of-the-systems = One of your systems
no-address = none
not-shown = not shown

## What an event says
event-unknown = Did `{ $action }`
event-entity-created = Registered the business entity
event-entity-updated = Changed settings
event-entity-enabled = Enabled the business entity
event-entity-disabled = Disabled the business entity
event-configuration-imported = Imported a configuration
event-entity-viewed = Looked at these pages
event-parameter-set = Defined the parameter { $name }
event-parameter-removed = Removed the parameter { $name }
event-credential-generated = Generated the credentials “{ $name }”
event-credential-regenerated = Regenerated the key
event-credential-revoked = Revoked the credentials
event-credential-locked = Locked the account
event-credential-unlocked = Unlocked the account
event-secret-revealed = Showed or copied the secret `{ $hint }…`
event-secret-stopped = Stopped the old secret `{ $hint }…`
event-rotation-cancelled = Cancelled the rotation
event-token-revoked = Revoked a token
event-credential-tokens-voided = Stopped the tokens of the credentials
event-entity-tokens-voided = Stopped all tokens of the business entity
event-all-tokens-voided = Stopped all tokens of everybody
event-issued-until = Those issued until { $time }
event-key-voided = Withdrew a signing key and its tokens
event-master-key-rotated = Rotated the master key
event-master-key-retired = Retired the old master key
event-sealing-key-rotated = Rotated the key that kept secrets are encrypted with
event-key-created = Made a signing key
event-key-rotated = Rotated the signing keys
event-key-removed = Removed a signing key
event-operator-token-created = Made an operator token
event-operator-token-revoked = Revoked an operator token
event-setup-link-created = Made a set-up link
event-person-invited = Invited { $email }
event-invitation-withdrawn = Withdrew the invitation of { $email }
event-person-joined = Joined
event-role-changed = Changed the role of { $email }
event-person-removed = Removed { $email }
event-password-changed = Changed the password
event-signed-in = Signed in
event-sessions-ended = Ended the other sessions
event-of-client = Client Id `{ $client }`
event-subject = `{ $subject }`
event-locked-after = After { $count ->
    [one] { $count } failed request
   *[other] { $count } failed requests in a row
}
event-goes-on = `{ $hint }…` goes on
event-stopped-and-goes-on = `{ $stopped }…` stopped, `{ $kept }…` goes on
event-old-stopped = The old secret stopped at once
event-old-stops-at = The old secret stops on { $time }
event-tokens-stopped = Tokens already issued stopped
event-as = As { $role }
event-changed = { $fields }
field-identifier = Identifier
field-name = Name
field-description = Description
field-scopes = Scopes
field-settings = Settings
field-unknown-parameters = Unknown parameters
field-grace = How long an old secret goes on
field-voids-tokens = What becomes of tokens when the key is regenerated
field-most-credentials = Most credentials
field-resources = Resources

## People
people-lede = Who may open these pages for { $entity }. They never learn of other business entities here.
person = Person
role = Role
role-owner = Owner
role-developer = Developer
role-viewer = Viewer
role-owner-explained = Everything that a developer may, and manages the people.
role-developer-explained = Generates, shows and regenerates secrets, sends requests, changes settings.
role-viewer-explained = Sees everything but secrets, changes nothing.
last-seen = Last seen
not-lately = Not lately
comma-you = , you
invited = Invited
invitation-over = Invitation ran out
valid-until = Valid until { $time }
ran-out-on = On { $time }
nobody-yet = Nobody belongs to this business entity yet. The operator of the platform invites the first owner.
change-role = Change role
change-role-of = Change the role of { $name }
remove = Remove
remove-person = Remove { $name } from { $entity }
remove-explained = { $name } can open these pages no longer, from now on. What { $name } did stays in Activity.
remove-you-explained = That is you: you can open the pages of { $entity } no longer, from now on.
yes-remove = Yes, remove
last-owner = There must be at least one owner. Make somebody else owner first.
withdraw = Withdraw
invite-a-person = Invite a person
send-invitation = Send invitation
roles-explained = An owner may do everything here. A developer may do everything but manage people. A viewer sees everything but secrets, and changes nothing. An invitation is valid for 48 hours.
invited-no-mail = { $email } is invited. This installation sends no mail: pass the link on yourself.
invited-mail-failed = { $email } is invited, but the mail could not be sent. Send it again in a minute, or ask the operator of the platform.
pass-on-link = It works once, within 48 hours, and is shown only now.
invitation-link = the invitation link
only-owners = Only owners of { $entity } can invite people, change roles and remove people.
ask-owners = Ask { $names }.

## Operator: words of several pages
op-none = none
op-identifier = Identifier
op-description = Description
op-entity = Entity
op-locked = Locked
op-expired = Expired
op-without-credentials = No credentials
op-old-stops = Old secret stops { $time }
op-not-yet = Not yet
op-secret-made = Secret made
op-last-token = Last token
op-requests-24 = Requests, 24 h
op-share-failed = { $share } failed
op-import = Import
op-restore = Restore
op-was-changed = Somebody else has changed this meanwhile.
op-was-changed-explained = What you typed is still here. Save again to put it over what they saved, or open the page anew to see theirs.

## Operator: people, invitations
op-role-of = Role of { $name }
op-last-here = Last here
op-invite = Invite
op-roles-explained = An owner manages credentials, settings and people. A developer manages credentials and settings. A viewer sees everything but secrets, and changes nothing. The invitation is valid for 48 hours.
op-pass-this-link-on = Pass this link on to { $email }.
op-no-mail-server = This installation sends no mail.
op-mail-failed = The mail server did not take the mail.
op-link-shown-once = The link is shown only now and works once, for 48 hours. Whoever has it can join.
op-the-link = the link

## Operator: entities
op-entities-lede = The companies and departments whose systems may ask for tokens here.
op-create-entity = Create entity
op-create-first = Create an entity
op-no-entities = No entities yet
op-no-entities-explained = A business entity is a customer, or a department of one. Create the first, and invite its people: they generate their credentials themselves.
op-step-create = Create an entity
op-step-create-explained = A name, an identifier, and what its tokens are for.
op-step-define = Define its parameters
op-step-define-explained = What its token requests may carry. Two are there from the start.
op-step-invite = Invite its people
op-step-invite-explained = They generate the pair and send their first request.
op-step-watch-explained = The list shows who gets tokens, and who fails.
op-search = Search
op-search-entities = Name, identifier or Client Id
op-all = All
op-entities-by-name = Entities, sorted by name
op-nothing-found = Nothing found
op-nothing-found-explained = No business entity here fits the search and the tab. A Client Id must be whole.
op-on-this-page = { $count ->
    [one] { $count } entity on this page
   *[other] { $count } entities on this page
}
op-first-page = First page
op-next-page = Next page
notice-entity-created = The business entity is created. Invite its people next.
notice-entity-disabled = The business entity is disabled.
notice-entity-restored = The business entity is restored.

## Operator: one entity
op-create-lede = A customer company, or a department of one. Its people never learn of other entities.
op-create-note = It begins with the parameters `grant_type` and `scope`, and without credentials.
op-name-help = At most 50 characters.
op-identifier-help = Tokens carry it, so keep it. At most 64 of A-Z a-z 0-9 _ . -
op-scopes = Scopes, one a line
op-scopes-help = A scope is one or more words. A request asks for all words of a scope.
op-most-credentials = Credentials, at most
op-most-credentials-help = 1 to 1,000
op-resources = Resources, one a line
op-resources-help = URLs of the APIs beside the default one that a token may be for, such as https://api.example.com/orders. A request names one in the parameter resource.
op-unknown-parameter = A request with an unknown parameter
op-unknown-refused = is refused with 412
op-unknown-ignored = is accepted; the parameter is ignored
op-view-as = View as this entity
op-parameters = Parameters
op-disabled-explained = Its token requests get 401, and its tokens are not valid.
op-name-and-limits = Name and limits
op-last-changed = Last changed { $time }.
op-no-credentials = No credentials yet. Its people generate them.
op-tokens = Tokens
op-no-people = Nobody can open the pages of this business entity yet. Invite its first owner.
op-move-and-stop = Move and stop
op-export = Export
op-export-explained = Name, scopes, settings and parameters as one JSON file. No secret is in it.
op-disable = Disable
op-disable-named = Disable { $name }
op-disable-explained = Every token request gets 401, and tokens already issued stop. You can restore it.
op-restore-named = Restore { $name }
op-restore-explained = Its credentials are accepted again, from the next request on.
op-disable-ask = It sent { $requests } token requests in the last 24 hours.
op-disable-requests = Every token request gets **401** from now on.
op-disable-tokens = Tokens already issued **stop within 2 seconds** where they are introspected. An API that checks the signature only takes them until they expire.
op-write-to-confirm = Write `{ $identifier }` to confirm
op-yes-disable = Yes, disable

## Operator: import
op-import-here = Import into this entity
op-import-here-explained = Replaces name, description, scopes, settings and parameters, all or nothing. Identifier, status, credentials and people stay.
op-import-new = Import an entity
op-import-new-lede = Makes a new business entity from an exported configuration.
op-import-whole = All of it is taken, or nothing.
op-configuration = Configuration
op-import-help = Paste the JSON of an exported configuration.

## Operator: parameters
op-parameters-of = Parameters, { $name }
op-parameters-lede = What a token request of { $name } may carry. The page, the check and the claims of the token follow from this list.
op-add-parameter = Add parameter
op-new-parameter = New parameter
op-string-needed = string, mandatory
op-fixed = Fixed
op-edit = Edit
op-name-stays = To rename it, add another and remove this one.
op-parameter-name-help = What a request calls it: at most 64 of A-Z a-z 0-9 _ . -
op-type = Type
op-required = Mandatory
op-required-explained = A request without it is refused with 412.
op-values = Allowed values
op-values-only = only for one of a list
op-values-help = One a line.
op-numbers-only = only for numbers
op-strings-only = only for strings
op-minimum = Least
op-maximum = Greatest
op-min-length = Fewest characters
op-max-length = Most characters
op-pattern = Pattern
op-pattern-help = A regular expression without look-around; anchor it with ^ and $.
op-example = Example
op-default = Default
op-claim = Token claim
op-claim-help = The claim that carries the value to your APIs. Without one, the value is checked and dropped.
op-remove-named = Remove { $name }
op-remove-refused = A request that still sends it is refused with 412.
op-remove-ignored = A request that still sends it is accepted; the value is ignored.
op-discard = Discard
op-preview = Preview
op-save-parameter = Save parameter
op-live-when-saved = Goes live when you save: the next request is judged by it.
op-will-see = What { $name } will see
op-follows = Follows as you type.
op-as-saved = As it is saved.
notice-parameter-saved = The parameter is saved. The next request is judged by it.
notice-parameter-removed = The parameter is removed.
op-view-412 = 412
op-view-token = Token
op-faulty = This definition is not valid yet.
op-nothing-refused = No request is refused for this.
op-claims = Claims of the token
op-not-carried = The token does not carry the value: no claim is named.
op-no-example = No example can be made up that the definition takes. Give one that fits.

## Operator: signing keys
op-keys-lede = Passgate signs every token with one key. The next one is published before it signs, so that no API meets a key it does not know.
op-rotate = Rotate now
op-next-is-new = The next key may sign from { $time }.
op-next-is-new-explained = It is so new that APIs may hold a key list without it.
op-key-id = Key id
op-kind = Kind
op-published-until = Published until
op-published = Published
op-open = Open
op-key-next = Next
op-key-next-explained = Published, not yet signing
op-key-signing = Signing
op-key-retiring = Retiring
op-key-retiring-explained = Checks old tokens only
op-key-gone = Gone
op-where-keys-are = Where APIs find the keys
op-address-of-keys = the address of the keys
op-keys-note = APIs may keep the list for 5 minutes. A retiring key goes 25 hours after it has stopped signing.
op-rotate-title = Rotate the signing key
op-rotate-ask = The next key begins to sign, and another next key is made.
op-rotate-apis = APIs know the next key already and **notice nothing**.
op-rotate-tokens = Tokens already issued **stay valid** until they expire.
op-too-early = The next key may sign from { $time }: APIs may still hold a key list without it.
op-too-early-refused = Until then, such an API **refuses every new token** with 401. Rotate now only if the present key is known to somebody else.
op-rotate-anyway = Rotate anyway
op-yes-rotate = Yes, rotate
op-rotated-by-hand = Keys are rotated by hand only.
op-rotated-every = { $count ->
    [one] Another key signs every day.
   *[other] Another key signs every { $count } days.
}
op-void-key = Withdraw
op-void-key-title = Withdraw a signing key
op-void-key-ask = For a key that somebody else may know:
op-void-key-tokens = Every token that it signed is **refused from now on**, the honest ones too.
op-void-key-next = If it is the one that signs, the next key signs **at once**.
op-void-key-cached = An API that keeps the list of keys may take its tokens for **5 more minutes**.
op-void-key-yes = Yes, withdraw it
op-revocation-lede = Stop tokens before they expire, however they got into other hands.
op-revoke-token = Revoke a token
op-the-token = Token
op-revoke-token-explained = The whole token. It is read here and kept nowhere.
op-revoke-button = Revoke token
op-void-all = Stop all tokens
op-void-all-explained = Every token of every business entity that was issued so far. Credentials go on working and get new ones.
op-all-void-before = Tokens issued until { $time } are stopped.
op-void-all-ask = Every integration has to ask for a new token.
op-void-until = Issued until
op-void-until-help = UTC, such as 2026-01-31T12:00:00Z. Empty means now.
op-revocation-note = The tokens of one entity stop on its page, those of one secret or credential on Generate Credentials.
op-void-entity-named = Stop the tokens of { $name }
op-void-entity-explained = Tokens issued so far stop. The credentials go on working and get new ones.

## Operator: activity
op-activity-lede = Who did what in this installation. Nothing here can be changed unnoticed.
op-identifier-of = Identifier of an entity
op-when = When, UTC
op-no-such-entity = No such entity
op-no-events = Nothing here
op-no-events-filtered = No entry fits this filter.
op-no-events-yet = What people and operators do appears here.
op-events-on-this-page = { $count ->
    [one] { $count } entry on this page
   *[other] { $count } entries on this page
}
op-newest = Newest
op-actor-client = Client
op-actor-cli = Command line
op-actor-system = By itself
op-did-something = Did { $action }
op-did-entity-created = Created an entity
op-did-entity-updated = Changed an entity
op-did-parameter-set = Saved a parameter
op-did-parameter-removed = Removed a parameter
op-did-credential-generated = Generated credentials
op-did-credential-regenerated = Regenerated a key
op-did-credential-revoked = Revoked credentials
op-did-credential-locked = Locked an account
op-did-credential-unlocked = Unlocked an account
op-did-key-rotated = Rotated the signing key
op-did-operator-token-created = Created an operator token
op-did-secret-revealed = Showed a secret
op-did-secret-stopped = Stopped a secret
op-did-rotation-cancelled = Cancelled a rotation
op-did-person-invited = Invited a person
op-did-invitation-withdrawn = Withdrew an invitation
op-did-role-changed = Changed a role
op-did-person-removed = Removed a person
op-did-password-changed = Changed a password
op-did-sessions-ended = Ended sessions
op-did-entity-viewed = Viewed an entity as its people see it

## Operator: operators
op-operators-lede = Who runs this installation. Operators manage every entity, but see no secret.
op-last-operator = There must be at least one operator. Invite another before you remove this one.
op-invite-operator = Invite an operator
op-operator-explained = An operator may do everything here. The invitation is valid for 48 hours.
op-operator-tokens = Operator tokens
op-tokens-explained = With a token, a program uses the admin API as an operator does. Each has an end.
op-no-tokens = No operator tokens. Create one when a program is to manage entities.
op-create-token = Create operator token
op-token-name-help = Which program it is for.
op-days = Valid for, days
op-days-help = 1 to 366
op-new-token = New operator token
op-ends = Ends
op-ended = Ended
op-revoke = Revoke
notice-token-revoked = The operator token is revoked.

## Operator: health
op-health-lede = What this installation needs to issue tokens. Checked just now, UTC:
op-check-again = Check again
op-all-well = Everything is ready.
op-version = Version
op-disabled-ones = Disabled
op-in-memory = Credentials in memory
op-parts = Parts
op-part = Part
op-state = State
op-ready = Ready
op-attention = Look at it
op-away = Away
op-signs-and-next = `{ $signing }` signs, `{ $next }` is next
op-database = Database
op-database-detail = { $kind }, { $open } connections, { $idle } of them idle
op-following = Changes of other nodes
op-following-detail = Event log read to its end { $millis } ms ago
op-clock = Clock
op-clock-detail = { $time } on this machine. Compare it with yours: tokens carry it.
op-mail = E-mail
op-mail-set = A mail server is set
op-mail-not-set = No mail server is set: links are shown to be passed on, and nobody can reset a password. Set `smtp_url` and `mail_from`.
op-public-url = Public URL
op-url-secure = { $url }
op-url-plain = { $url } is not HTTPS: secrets and sessions travel in the clear. Set `public_url`.
op-health-note = Programs ask `/readyz` and `/metrics`.

## Rotation as a process
told-leaked-none = **The secret `{ $hint }…` of “{ $name }” was reported as leaked on { $time } and stopped. No secret of it works now.** Regenerate the key, and find out how it got out.
told-leaked = **The secret `{ $hint }…` of “{ $name }” was reported as leaked on { $time } and stopped.** Another one still works. Find out how it got out.
told-ending = **The secret `{ $hint }…` of “{ $name }” ends on { $time }.** Regenerate the key before that.
told-ended = **The secret `{ $hint }…` of “{ $name }” ended on { $time }: requests with it get 401.** Regenerate the key.
told-safe = **The old secret `{ $hint }…` of “{ $name }” is not used any more.** It is safe to stop.
new-begins-at = **The new secret is accepted from { $time } on.**
new-begins-explained = Until then your systems use the old one. Put the new one in place so that they change over at that time.
rotation-safe = Safe to stop: the old secret is not used any more
rotation-new-unused = The new secret has not been used yet
rotation-wait = Old secret not used so far; safe to stop after { $span } of silence
leaked = Leaked
ended = Ended
begins-on = Works from { $time }
report-leak = Whoever finds a secret of yours can stop it without an account, by sending it as `client_secret`:
new-works-from = New secret works from
new-works-from-help = In UTC, at most 7 days ahead; empty: at once. The time that you chose above begins then.
new-ends = New secret ends
new-ends-help = In UTC; empty: never. You are reminded 30, 7 and 1 days before.
new-ends-help-days = In UTC; empty: after { $count } days, the longest possible. You are reminded 30, 7 and 1 days before.
short-not-yet = secret not yet valid
short-secret-expired = secret ended
why-not-yet = The secret is right, and is not accepted yet
why-secret-expired = The secret is right, and has come to its end
remedy-previous-secret = Use the previous secret until then
remedy-regenerate = Regenerate the key
event-secret-ending = Reminded that the secret `{ $hint }…` ends
event-secret-leaked = Stopped the secret `{ $hint }…`, which somebody reported as leaked
event-secret-ends-at = The secret ends on { $time }
event-secret-begins-at = The secret is accepted from { $time } on
event-reported-from = Reported from { $address }
event-found-at = Found here, says the reporter: { $place }
field-secret-lifetime = How long a secret lives
op-secret-lifetime = A new secret lives, days at most
op-secret-lifetime-help = 1 to 3,650; empty: for ever. Secrets that are there keep their end.
op-ending = Secret ends soon
op-secret-ends = Secret ends { $time }
op-did-secret-ending = Reminded of the end of a secret
op-did-secret-leaked = Stopped a leaked secret
# The audit log
download-json-lines = Download JSON lines
filter-who = Name or e-mail of whoever did it
filter-from = From this day on (UTC)
filter-to = Up to this day (UTC)
op-chain = Where the chain ends
op-chain-explained = Each entry carries the hash of the one before. Keep this number and hash outside of this installation: `passgate audit verify --from-anchor` proves with it that nothing up to here was changed.
op-chain-removed = Entries up to number { $seq } have been removed because of their age.

# Quotas
short-quota = quota used up
why-quota = All the tokens of this hour or day had been issued
remedy-quota = Keep a token until it ends, instead of asking for one for each call
field-quota = Quota
event-quota-hour = { $percent } % of the tokens of an hour were used
event-quota-day = { $percent } % of the tokens of a day were used
quota-hour = { $used } of { $limit } tokens of this hour (UTC) are used
quota-day = { $used } of { $limit } tokens of this day (UTC) are used
quota-soon = Beyond the limit, requests are refused until the next hour or day begins. Keep a token until it ends, or ask the operator of the platform for more.
quota-spent = Requests are refused until the next hour or day begins. Keep a token until it ends, or ask the operator of the platform for more.
quota-dry-run = The limit is being tried out: nothing is refused.
op-did-quota-reached = Noticed that much of a quota is used:
op-quota-over = { $count } tokens of the last 24 hours would have been refused
op-tokens-per-hour = Tokens in an hour (UTC), at most
op-tokens-per-day = Tokens in a day (UTC), at most
op-quota-help = Empty for no limit
op-quota-dry-run = Only try these limits out: note what would be refused, and refuse nothing
## Client authentication
notice-authentication-changed = Client authentication changed
client-authentication = Client authentication
client-authentication-lede = How **{ $name }** proves that it is yours. Only the way chosen here is accepted, from the next request on.
secrets-forbidden = Your security settings forbid secrets: a credential that proves itself by its Client Secret gets no token.
now-proves-itself = Now by
way-to-prove = Way to prove itself
one-way-at-a-time = While it is another way than the Client Secret, the secret is refused, and kept for when you change back.
auth-secret = Client Secret
auth-secret-explained = The secret of this page, at both endpoints.
auth-private-key-jwt = Signed assertion (private_key_jwt)
auth-private-key-jwt-explained = Your system signs a short statement with a private key that never leaves it.
auth-tls = Certificate of an authority (tls_client_auth)
auth-tls-explained = Your system shows a certificate of the platform’s authority. Tokens work only together with it.
auth-self-signed = Certificate of your own (self_signed_tls_client_auth)
auth-self-signed-explained = Your system shows a certificate that you register here. Tokens work only together with it.
auth-not-here = The operator of the platform has not set this up.
public-keys = Public keys
public-keys-explained = For a signed assertion. ES256, EdDSA, RS256 or PS256; RSA from 2048 bits. Never paste a private key.
jwks-label = JWK Set, or public keys in PEM
jwks-uri-label = Or the https URL of your JWK Set
client-certificate = Certificate
client-certificate-explained = For a certificate of an authority its name, for one of your own the certificate itself.
subject-kind = Kind of name
subject-dn = Subject (DN)
subject-dns = DNS name
subject-uri = URI
subject-ip = IP address
subject-email = E-mail address
subject-label = Name, to the letter
certificates-label = Certificates in PEM, or SHA-256 thumbprints, one a line
thumbprint = SHA-256 thumbprint
what-an-assertion-says = What a signed assertion says
claim = Claim
assertion-exp = at most 300 seconds from now
assertion-jti = another one each time
assertion-goes-to = It goes to `{ $url }` as `client_assertion`, with `client_assertion_type`.
plain-secrets = Secrets
plain-secrets-explained = Whoever finds a secret can use it. Signed assertions and certificates cannot be copied from a request.
forbid-plain-secrets = Refuse all secrets
would-refuse-secrets = Gets no token while this is on: { $names }. Choose another way on Generate Credentials first.
short-secret-not-accepted = secret not accepted
short-assertion = assertion refused
short-certificate = certificate refused
why-secret-not-accepted = The secret is right, and this credential, or your security settings, take no secrets
why-wrong-assertion = The assertion was not signed with a registered key
why-wrong-certificate = The certificate is not the registered one
why-assertion-audience = The assertion’s aud is not exactly the issuer
why-assertion-ended = The assertion had ended
why-assertion-too-long = The assertion ends more than 300 seconds ahead
why-assertion-not-yet = The assertion is dated in the future
why-assertion-replayed = The assertion was used before
why-assertion-incomplete = The assertion lacks exp or jti
remedy-client-authentication = See how this credential proves itself
event-authentication-changed = Changed how the credentials prove themselves, to `{ $method }`
op-did-authentication-changed = Changed how a credential proves itself
get-without-secret = This credential takes no secret: the request below is answered 401. Its way goes to /oauth/token.
