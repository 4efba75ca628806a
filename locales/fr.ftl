# Les mots des pages. Simples, courts, au présent ; **strong** et `code` sont mis en forme.

## Autour de chaque page
skip-to-content = Aller au contenu
navigation = Navigation principale
menu = Menu
close = Fermer
notification = Notification
dismiss = Masquer
go-home = Aller à la première page
request-id = Id de requête
api-integration = Intégration API
monitoring = Suivi
customers = Clients
installation = Installation
generate-credentials = Générer les identifiants
get-access-token = Obtenir un jeton d’accès
token-timeout = Durée de vie du jeton
requests = Requêtes
usage = Utilisation
activity = Activité
people = Membres
entities = Entités
signing-keys = Clés de signature
revocation = Révocation
health = État du service
operators = Opérateurs
account = Compte
role-operator = Opérateur
status-disabled = Désactivée
viewing-as = Vous voyez ces pages comme les membres de **{ $entity }**. Vous pouvez tout lire sauf les secrets, et ne rien modifier.
stop-viewing = Quitter

## Dates et heures
month = { $month ->
    [1] janv.
    [2] févr.
    [3] mars
    [4] avr.
    [5] mai
    [6] juin
    [7] juil.
    [8] août
    [9] sept.
    [10] oct.
    [11] nov.
   *[12] déc.
}
day = { $day } { $month } { $year }
moment = { $day }, { $clock } UTC
log-moment = { $day } { $month } { $clock }
just-now = à l’instant
ago = il y a { $span }
seconds = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}

## Mots de plusieurs pages
cancel = Annuler
save = Enregistrer
saving = Enregistrement…
working = En cours…
copy = Copier
copied = Copié
show = Afficher
hide = Masquer
change = Modifier
never = Jamais
never-used = Jamais utilisé
off = Désactivé
active = Actif
stopped = Désactivé
status = Statut
created = Créé
last-used = Dernière utilisation
stops-at = Expire le
scope = Scope
address = Adresse
actions = Actions
since = Depuis
e-mail = Adresse e-mail
password = Mot de passe
your-name = Votre nom
unlock = Déverrouiller
only-managers = Seuls les propriétaires et les développeurs de cette entité peuvent générer et afficher les secrets, envoyer des requêtes et modifier les réglages.

## Erreurs de saisie
fault-empty = Remplissez ce champ.
fault-too-short = Saisissez au moins { $least } caractères.
fault-too-long = Saisissez au plus { $most } caractères.
fault-minimum = Saisissez { $least } ou plus.
fault-maximum = Saisissez { $most } ou moins.

## L’entrée
sign-in = Se connecter
sign-in-to-passgate = Se connecter à Passgate
signing-in = Connexion…
sign-out = Se déconnecter
api-access-of = Accès aux API de { $host }
session-ended = La session s’est fermée après 30 minutes sans activité. Connectez-vous pour reprendre où vous en étiez.
wrong-password = L’adresse e-mail ou le mot de passe est incorrect.
forgot-password = Mot de passe oublié ?
no-account = Pas de compte ? Votre opérateur envoie les invitations. Adressez-vous à la personne qui vous a donné cette adresse.
show-password = Afficher le mot de passe
password-rule = 12 caractères au moins. Le mieux : quelques mots que personne ne devinerait.
new-password = Nouveau mot de passe
new-password-for = Pour { $email }. Toutes les sessions de ce compte prennent fin.
set-password = Définir et continuer
no-mail-server = Cette installation n’envoie pas d’e-mails. Demandez à un opérateur ou à un propriétaire de votre entité de vous retirer, puis de vous inviter à nouveau.
reset-explained = Saisissez votre adresse e-mail. Si elle correspond à un compte, un lien pour définir un nouveau mot de passe arrive dans un instant.
reset-sent = Si l’adresse correspond à un compte, un lien est en route. Il est valable une heure.
send-link = Envoyer le lien
back-to-sign-in = Retour à la connexion
link-not-valid = Ce lien n’est pas valable
link-explained-reset = Il a déjà servi, ou son heure est écoulée. Demandez-en un autre sur la page de connexion.
link-explained-invitation = Il a déjà servi, a été retiré ou remplacé par un plus récent, ou ses 48 heures sont écoulées. Demandez à la personne qui l’a envoyé de le renvoyer.
link-explained-setup = Il a déjà servi, a expiré ou a été remplacé par un plus récent. Sur la machine qui exécute Passgate, créez-en un autre : `passgate operator setup-link`
set-up-passgate = Configurer Passgate
set-up-explained = Ce lien fait de vous un opérateur de cette installation. Il ne sert qu’une fois.
become-operator = Devenir opérateur
operators-of-passgate = les opérateurs de Passgate
join = Rejoindre { $place }
join-explained = Définissez un mot de passe pour { $email }. Si cette adresse a déjà un compte ici, indiquez son mot de passe.
your-present-password = Votre mot de passe actuel
not-found = Page introuvable
not-found-explained = Cette page n’existe pas, ou vous n’y avez pas accès. Comparez l’adresse avec celle qui vous a été donnée.
unavailable = Indisponible pour le moment
unavailable-explained = Passgate ne peut pas répondre pour le moment. Votre requête n’est pas en cause ; réessayez dans 30 secondes.
read-only-explained = Rien ne peut être modifié pour le moment : Passgate est en cours de transfert vers une autre base de données. Les jetons sont émis comme d’habitude ; réessayez dans 30 secondes.
cause = Cause
remedy = Solution

## Mot de passe récent
confirm = Confirmer
confirm-it-is-you = Confirmez que c’est bien vous
confirm-explained = Votre mot de passe a été saisi il y a plus de 10 minutes. Un secret ne s’affiche et ne se remplace que juste après cette saisie.

## Compte
name-explained = Ce que vos collègues voient à côté de vos actions.
change-password = Changer le mot de passe
change-password-explained = Vos autres sessions sont fermées quand vous le changez.
language-and-theme = Langue et thème
look-explained = Pour ce navigateur.
language = Langue
theme = Thème
theme-system = Comme le système
theme-light = Clair
theme-dark = Sombre
sessions = Sessions
browser = Navigateur
this-one = Celle-ci
end-session = Fermer
end-other-sessions = Fermer les autres sessions
belongs-nowhere = Votre compte n’appartient à aucune entité. Adressez-vous à la personne qui a envoyé l’invitation.

## Notifications. Les deux premières viennent du contrat.
notice-regenerated = Les identifiants du webhook ont été régénérés.
notice-settings-updated = Les réglages du webhook ont été mis à jour
notice-rotation-cancelled = Rotation annulée. L’ancien secret reste actif, le nouveau est désactivé.
notice-secret-stopped = Ancien secret désactivé.
notice-revoked = Identifiants révoqués.
notice-unlocked = Compte déverrouillé.
notice-invited = Invitation envoyée.
notice-withdrawn = Invitation retirée.
notice-role-changed = Rôle modifié.
notice-removed = La personne n’a plus accès.
notice-name-changed = Nom modifié.
notice-password-changed = Mot de passe modifié. Vos autres sessions sont fermées.
notice-sessions-ended = Sessions fermées.
notice-saved = Enregistré.
notice-keys-rotated = La clé suivante signe désormais.
notice-access-token-revoked = Le jeton est révoqué.
notice-access-token-ended = Le jeton avait déjà expiré.
notice-tokens-voided = Les jetons émis jusqu’ici ne sont plus valables.
notice-key-voided = La clé et ses jetons sont annulés.
notice-imported = Configuration importée.

## Générer les identifiants
generate-lede = Vos systèmes s’authentifient auprès des API de la plateforme avec cette paire. Gardez le secret sur vos serveurs, jamais dans une application ni dans un navigateur.
generate-lede-platform = Vos systèmes s’authentifient auprès des API { $platform } avec cette paire. Gardez le secret sur vos serveurs, jamais dans une application ni dans un navigateur.
entity-disabled = Cette entité est désactivée.
entity-disabled-explained = Ses systèmes n’obtiennent aucun jeton. Adressez-vous à l’opérateur de la plateforme.
credentials = Identifiants
no-credentials = Pas encore d’identifiants
no-credentials-explained = Générez la paire une seule fois. Le Client Id et le Client Secret s’affichent ici, et vous pouvez les essayer aussitôt sur la page suivante.
generate-credentials-button = Générer les identifiants
scope-and-lifetime = Scope : **{ $scope }**. Les jetons sont valables { $span }.
road-ahead = Les étapes
step-generate = Générer les identifiants
step-generate-explained = Un Client Id qui ne change jamais, et un secret.
step-send = Envoyer la première requête
step-send-explained = Sur « Obtenir un jeton d’accès », en un clic. Sans aucun outil.
step-code = La copier sous forme de code
step-code-explained = curl, Python, Java et sept autres, avec vos valeurs.
step-watch = Suivre le résultat
step-watch-explained = « Requêtes » montre chaque appel, et la cause de chaque échec.
client-id = Client Id
client-secret = Client Secret
new-client-secret = Nouveau Client Secret
stays-the-same = Ne change jamais
hidden-begins-with = masqué, commence par { $hint }
hidden-again-in = Masqué de nouveau dans
hidden-again-seconds = s.
show-it-later = Vous pourrez l’afficher plus tard.
shown-once = Il ne s’affiche que maintenant : copiez-le.
was-shown-once = Il s’est affiché à sa création et n’est pas conservé. Régénérez la clé pour en obtenir un autre.
last-used-from = Dernière utilisation le { $time }, depuis { $address }
replace-the-secret = Remplacer le secret
you-choose-how-long = Vous choisissez combien de temps le secret actuel reste actif.
not-while-two = Impossible tant que deux secrets sont actifs. Désactivez d’abord l’ancien ou annulez la rotation.
regenerate-key = Régénérer la clé
it-leaked = Fuite : désactiver
token-valid-for = Validité d’un jeton
time-limit = Durée de validité
allowed-addresses = Adresses autorisées
from-anywhere = Toutes
ranges = { $count ->
    [one] { $count } plage
   *[other] { $count } plages
}
account-lock = Verrouillage du compte
after-failures = { $count ->
    [one] Après { $count } échec
   *[other] Après { $count } échecs
}
locked-since = Ce compte est verrouillé depuis le { $time }, après trop de requêtes en échec.
locked-explained = Demandez à un propriétaire ou à un développeur de cette entité de le déverrouiller.
two-secrets-until = **Deux secrets sont actifs jusqu’au { $time }.**
two-secrets-explained = Mettez le nouveau secret dans vos systèmes. Cette page indique quand plus rien n’utilise l’ancien.
secrets-of-30-days = Secrets des 30 derniers jours
secret-begins-with = Début du secret
rotation = Rotation
rotating = En rotation
old-still-in-use = Ancien secret encore utilisé : { $time } depuis { $address }
rotation-explained = « Annuler la rotation » garde l’ancien secret et désactive le nouveau. « Désactiver » met fin immédiatement à l’ancien : ce qui l’utilise encore reçoit 401.
stop-now = Désactiver
cancel-rotation = Annuler la rotation
who-did-what = Qui a fait quoi
several-systems = Plusieurs systèmes
several-systems-explained = Donnez à chacun de vos systèmes sa propre paire : vous pourrez en remplacer une sans toucher aux autres. Maximum : { $most }.
add-credential = Ajouter une paire
add-explained = Elle a son propre Client Id et son propre Client Secret. Les autres paires ne changent pas.
name-of-system = Nom du système
revoke-named = Révoquer « { $name } »
revoke-explained = Son Client Id et tous ses secrets cessent de fonctionner immédiatement et pour toujours, de même que ses jetons.
yes-revoke = Oui, révoquer
void-tokens = Invalider ses jetons
void-tokens-named = Invalider les jetons de « { $name } »
void-tokens-explained = Tous les jetons obtenus jusqu’ici cessent d’être valables. Le Client Secret reste valable : vos systèmes demandent de nouveaux jetons.
yes-void = Oui, les invalider
stop-with-tokens = Arrêter maintenant, avec ses jetons
regenerate-explained = Passgate crée un nouveau Client Secret pour { $entity }. Le Client Id ne change pas.
are-you-sure = Voulez-vous vraiment continuer ?
keep-working-for = Garder le secret actuel actif pendant
grace-none = Aucun délai
stops-now = désactivé aussitôt
consequence-both = Les deux secrets fonctionnent jusque-là. Ensuite, seul le nouveau.
consequence-stopped = Le secret actuel cesse de fonctionner immédiatement. Les systèmes qui l’utilisent reçoivent 401 jusqu’à ce que vous leur donniez le nouveau.
consequence-tokens = Les jetons déjà émis restent valables jusqu’à leur expiration, au plus **{ $span }**.
consequence-void = Les jetons déjà émis **sont invalidés immédiatement**.
yes-regenerate = Oui, régénérer la clé
leak-explained = Tous les secrets de ce Client Id sont désactivés immédiatement et vous en recevez un nouveau. Les systèmes qui utilisent un ancien secret reçoivent 401 jusqu’à ce que vous leur donniez le nouveau.
leak-void = Invalider aussi les jetons déjà émis
leak-void-explained = Qui détient le secret a peut-être aussi des jetons.
leak-yes = Oui, tout désactiver

## Obtenir un jeton d’accès
get-lede = Échangez votre Client Id et votre Client Secret contre un jeton d’accès. Il est valable { $span } ; demandez-en un nouveau chaque fois qu’il vous en faut un.
get-needs-credentials = Générez d’abord la paire. Cette page affiche ensuite votre requête exacte et l’envoie en un clic.
request-body = Corps de la requête
body-format = Format du corps
example = Exemple
schema = Schéma
sending = Envoi…
send-request = Envoyer la requête
send-again = Renvoyer
change-values = Modifier les valeurs
leave-out = ne pas envoyer
secret-is-filled-in = Votre secret enregistré est inséré à l’envoi. Il ne s’affiche jamais ici.
secret-is-asked = Votre secret n’est pas conservé ici. Il ne sert qu’à cette requête.
both-mandatory = `client_id` et `client_secret` sont obligatoires ; tous deux se trouvent sur la page
others-dynamic = Les autres paramètres sont dynamiques et ne s’appliquent pas forcément à toutes les entités.
for-entity = Pour { $entity } :
mandatory-too = à fournir aussi.
mandatory = obligatoire
optional = facultatif
mandatory-hint = (obligatoire)
optional-hint = (facultatif)
schema-caption = Propriétés du corps de la requête
name-and-type = Nom et type
name = Nom
needed = Présence
value = Valeur
means = Signification
unknown-refused = Un nom absent de ce tableau est refusé avec 412.
unknown-ignored = Un nom absent de ce tableau est ignoré.
your-client-id = Votre Client Id
your-client-secret = Votre Client Secret
type-string = chaîne
type-integer = entier
type-number = nombre
type-boolean = booléen
type-date-time = date et heure
type-enum = valeur d’une liste
limit-values = { $values }.
limit-range = De { $least } à { $most }.
limit-least = { $least } ou plus.
limit-most = { $most } ou moins.
limit-min-length = Longueur minimale : { $least }.
limit-max-length = Longueur maximale : { $most }.
limit-pattern = Correspond à `{ $pattern }`.
limit-default = Par défaut : { $default }
limit-none = Sans restriction
responses = Réponses
received = reçue
headers = En-têtes
what-to-do = Que faire
correct-fields = { $count ->
    [one] Corrigez { $count } champ :
   *[other] Corrigez { $count } champs :
}
sent-at = Envoyée le { $time }, réponse en { $millis } ms.
open-in-requests = Voir dans « Requêtes »
use-the-token = Joignez-le à chaque appel d’API : `Authorization: Bearer …`. Lisez **expires_in** plutôt que le jeton lui-même, et demandez le suivant une minute avant la fin.
token-decoded = Le jeton décodé
anyone-can-read = Toute personne qui détient le jeton peut lire ceci ; personne ne peut le modifier.
ends-in = Expire dans { $span }, le { $time }
token-header = En-tête
token-claims = Claims
claim-alg = Algorithme de signature
claim-typ = Un jeton d’accès
claim-kid = La clé de signature
claim-iss = Qui l’a émis
claim-sub = Pour qui il est émis
claim-aud = Quelles API l’acceptent
claim-scope = Ce qu’il autorise
claim-jti = Son id, pour révoquer ce seul jeton
claim-parameter = Issu du paramètre { $name }
claim-other = Un claim de la plateforme
same-as-code = La même requête sous forme de code
programming-language = Langage de programmation
take-it-with-you = À télécharger :
none-has-the-secret = Aucun de ces fichiers ne contient votre secret.
back-to-generate = Retour à « Générer les identifiants »

## Durée de vie du jeton
timeout-lede = Combien de temps un jeton est valable, quand un compte se verrouille et d’où vos systèmes peuvent demander des jetons. Les changements s’appliquent dès la requête suivante.
time-limit-explained = Une durée courte limite les dégâts d’un jeton perdu. Vos systèmes peuvent toujours demander le suivant.
new-token-valid-for = Validité d’un nouveau jeton
time-unit = Unité de temps
unit-minutes = minutes
unit-hours = heures
timeout-limits = De 1 à 1440 minutes, ou de 1 à 24 heures.
whole-number = Saisissez un nombre entier de 1 à { $most }.
account-lock-settings = Verrouillage du compte d’intégration
lock-explained = Un verrouillage arrête aussi vos propres systèmes. Les essais au hasard sont toujours ralentis, avec ou sans lui.
lock-after-failed = Verrouiller le compte après des échecs
on = Activé
maximum-attempts = Nombre maximal de tentatives
attempts-limits = Requêtes de jeton en échec consécutives pour ce Client Id, de 1 à 9.
unlock-by-itself = Déverrouillage automatique
unlock-never = jamais
unlock-after = après { $span }
locked-named = « { $name } » est verrouillé depuis le { $time }, après trop de requêtes en échec.
locked-means = Toutes ses requêtes reçoivent 401 jusqu’au déverrouillage.
addresses-explained = Les requêtes venues d’ailleurs reçoivent 401, même avec le bon secret.
addresses-label = Adresses ou plages, une par ligne
addresses-empty = Vide : toutes les adresses sont autorisées.
line-not-an-address = La ligne { $line } n’est ni une adresse ni une plage telle que 203.0.113.0/24.
too-many-ranges = Saisissez au plus { $most } plages.
covers-all = { $count ->
    [one] **Couvre la seule adresse** qui a obtenu un jeton ces 7 derniers jours.
   *[other] **Couvre les { $count } adresses** qui ont obtenu des jetons ces 7 derniers jours.
}
would-shut-out = **Adresses exclues : { $out } sur { $count }** parmi celles qui ont obtenu des jetons ces 7 derniers jours : { $addresses }
save-anyway = Enregistrer quand même
save-anyway-explained = Ces systèmes reçoivent 401 dès leur prochaine requête.
test-an-address = Tester une adresse
test = Tester
probe-not-an-address = **Ce n’est pas une adresse.** Saisissez par exemple 203.0.113.24 ou 2001:db8::1.
probe-allowed = **Autorisée.** Une requête venue de { $address } peut obtenir un jeton.
probe-refused = **Refusée.** { $address } ne figure dans aucune des plages ci-dessus.
when-regenerated = Quand la clé est régénérée
when-regenerated-explained = Ce que propose la boîte de dialogue. Vous pouvez le changer à chaque fois.
keep-old-secret-for = Garder l’ancien secret pendant
tokens-already-issued = Jetons déjà émis
tokens-keep = Les laisser valables jusqu’à leur expiration
tokens-stop = Les invalider immédiatement
bound-tokens = Jetons liés
bound-explained = Un jeton lié ne fonctionne qu’avec une clé qui ne quitte jamais votre système (DPoP, RFC 9449). Qui copie le jeton seul ne peut rien en faire.
bound-only = N’accepter que des jetons liés
bound-means = Si cette option est activée, les jetons ne sont émis que par /oauth/token et seulement avec une preuve. Obtenir un jeton d’accès et les clients sans DPoP cessent de fonctionner.
last-changed-by = Dernière modification le { $time } par { $name }
last-changed-by-operator = Dernière modification le { $time } par un opérateur de la plateforme
clear = Effacer
update = Mettre à jour

## Graphiques des requêtes de jeton
period = Période
period-24h = 24 h
period-7d = 7 jours
period-30d = 30 jours
short-day = { $day } { $month }
percent = { $number } %
no-figure = aucun
milliseconds = { $number } ms
succeeded = Succès
failed = Échecs
as-a-table = En tableau
chart-hours = Requêtes de jeton par heure : { $total } depuis le { $time }, dont { $failed } en échec. Les mêmes chiffres figurent dans le tableau.
chart-days = Requêtes de jeton par jour : { $total } depuis le { $time }, dont { $failed } en échec. Les mêmes chiffres figurent dans le tableau.
call-narrow = { $count ->
    [one] { $count } échec : { $cause }
   *[other] { $count } échecs : { $cause }
}
call-hour = { $count ->
    [one] { $count } échec après { $time } : { $cause }
   *[other] { $count } échecs après { $time } : { $cause }
}
call-day = { $count ->
    [one] { $count } échec le { $time } : { $cause }
   *[other] { $count } échecs le { $time } : { $cause }
}
short-stopped-secret = secret désactivé
short-wrong-secret = secret erroné
short-address = adresse non autorisée
short-locked = compte verrouillé
short-disabled = entité désactivée
short-revoked = identifiants caducs
short-arguments = arguments non valides
short-scope = autre scope
short-proof = pas de preuve de la clé
short-too-many = trop de tentatives
short-unavailable = Passgate indisponible
short-other = autres causes
quiet-period = Il n’y a aucune requête dans cette période.
look-at-30-days = Voir 30 jours

## Requêtes
requests-lede = Toutes les requêtes de jeton de { $entity }, et la cause des échecs. Conservées 30 jours.
no-requests = Pas encore de requêtes
no-requests-explained = Dès qu’un système de { $entity } demande un jeton, le résultat s’affiche ici. Envoyez vous-même la première requête, en un clic.
no-requests-no-credentials = Dès qu’un système de { $entity } demande un jeton, le résultat s’affiche ici. Il lui faut pour cela des identifiants.
median-answer = Temps médian
why-failed = Causes des échecs
failures-not-kept = Aucun de ces échecs n’a été conservé un à un : il y en avait trop à la fois.
nothing-failed = Aucun échec dans cette période.
count = Nombre
first = Première
last = Dernière
show-these = Voir ces requêtes
all-requests = Toutes les requêtes
id-or-address = Id de requête ou adresse
code = Code
all-codes = Tous les codes
all-secrets = Tous les secrets
secrets-of = Tous ceux de { $name }
apply = Appliquer
only-cause = Seulement **{ $cause }** :
show-all = Tout afficher
nothing-matches = Aucune requête ne correspond.
time-utc = Heure UTC
result = Résultat
detail = Détail
secret = Secret
result-issued = { $status } émis
result-refused = { $status } refusé
pages = Pages
newer = Plus récentes
older = Plus anciennes
shown-of = Requêtes affichées : { $shown } sur { $count }
sample-explained = Quand une seconde compte de très nombreuses requêtes, seules les premières sont conservées une à une. Les chiffres et le graphique les comptent toutes.
one-request = Une requête
endpoint = Endpoint
answered-in = Temps de réponse
not-known = Aucun secret connu
no-such-request = Cette requête n’existe pas ici. Les requêtes sont conservées 30 jours et, quand une seconde en compte de très nombreuses, seulement les premières.

## Causes des échecs
from-addresses = { $others ->
    [0] { $address }
    [one] { $address } et { $others } autre adresse
   *[other] { $address } et { $others } autres adresses
}
still-used-by = { $others ->
    [0] { $address } l’utilise encore
    [one] { $address } et { $others } autre adresse l’utilisent encore
   *[other] { $address } et { $others } autres adresses l’utilisent encore
}
was-used-by = { $others ->
    [0] { $address } l’a utilisé ensuite
    [one] { $address } et { $others } autre adresse l’ont utilisé ensuite
   *[other] { $address } et { $others } autres adresses l’ont utilisé ensuite
}
cause-stopped-secret = Secret `{ $hint }…` désactivé le { $time } ; { $use }
cause-stopped-some-time = Secret `{ $hint }…` désactivé ; { $use }
cause-wrong-secret = Un secret qui n’a jamais été celui de ce compte, depuis { $from }
cause-address = { $others ->
    [0] { $address } ne fait pas partie des adresses autorisées
    [one] { $address } et { $others } autre adresse ne sont pas autorisées
   *[other] { $address } et { $others } autres adresses ne sont pas autorisées
}
cause-too-many = Trop de tentatives en échec, depuis { $from }
why-stopped-secret = Le secret est désactivé
why-wrong-secret = Le secret n’a jamais été celui de ce compte
why-no-secret = Aucun secret n’a été envoyé
why-address = L’adresse n’est pas autorisée
why-locked = Le secret est correct, mais le compte est verrouillé
why-disabled = Cette entité est désactivée
why-revoked = Les identifiants sont révoqués
why-expired = Les identifiants ont expiré
why-scope = Un autre scope a été demandé
why-grant-type = Un autre grant_type que client_credentials a été demandé
why-proof = Pas de preuve de la clé, et cette entité n’accepte que des jetons liés
why-nonce = La preuve n’avait pas de nonce en cours de validité
why-too-many = Trop de tentatives ont échoué auparavant
why-unavailable = Passgate ne pouvait pas répondre
remedy-current-secret = Mettez-y le secret actuel
remedy-copy-secret = Copiez à nouveau le secret
remedy-send-secret = Voyez comment envoyer le secret
remedy-allow-address = Autorisez l’adresse, ou envoyez depuis une autre
remedy-unlock = Déverrouillez le compte
remedy-ask-operator = Adressez-vous à l’opérateur de la plateforme
remedy-other-credential = Utilisez d’autres identifiants
remedy-field = Voyez ce que { $field } accepte
remedy-schema = Voyez ce que chaque champ accepte
remedy-scope = Demandez { $scopes }
remedy-grant-type = Envoyez client_credentials comme grant_type
remedy-proof = Faites la demande à /oauth/token, avec une nouvelle preuve DPoP pour chaque requête.
remedy-nonce = Rien à faire, si le client a ensuite refait la demande avec le nonce reçu.
remedy-again = La requête n’était pas en cause : renvoyez-la

## Utilisation
usage-lede = Combien de fois les systèmes de { $entity } ont demandé un jeton. Heures et jours sont en UTC.
tokens-issued = Jetons émis
success-rate = Taux de succès
busiest-hour = Heure de pointe
busiest-day = Jour de pointe
same-numbers = Les mêmes chiffres
hour-utc = Heure, UTC
day-utc = Jour, UTC

## Activité
activity-lede = Qui a fait quoi chez { $entity }. Rien ne peut y être modifié ni supprimé.
download-csv = Télécharger le CSV
csv-explained = Le fichier CSV contient les 10 000 entrées les plus récentes de la sélection.
who = Qui
what = Quoi
when = Quand
from-where = Origine
everything = Tout
kind-secrets = Identifiants et secrets
kind-settings = Réglages
kind-sign-ins = Connexions
nothing-of-this-kind = Il n’y a encore rien de ce type.
no-activity = Il ne s’est encore rien passé ici.
entries = { $count ->
    [one] { $count } entrée
   *[other] { $count } entrées
}
operator-of-platform = Opérateur de la plateforme
by-itself = automatiquement
one-of-the-systems = Un de vos systèmes
no-address = aucune
not-shown = non affichée

## Ce que dit un événement
event-unknown = Action : `{ $action }`
event-entity-created = A créé l’entité
event-entity-updated = A modifié des réglages
event-entity-enabled = A activé l’entité
event-entity-disabled = A désactivé l’entité
event-configuration-imported = A importé une configuration
event-entity-viewed = A consulté ces pages
event-parameter-set = A défini le paramètre { $name }
event-parameter-removed = A supprimé le paramètre { $name }
event-credential-generated = A généré les identifiants « { $name } »
event-credential-regenerated = A régénéré la clé
event-credential-revoked = A révoqué les identifiants
event-credential-locked = A verrouillé le compte
event-credential-unlocked = A déverrouillé le compte
event-secret-revealed = A affiché ou copié le secret `{ $hint }…`
event-secret-stopped = A désactivé l’ancien secret `{ $hint }…`
event-rotation-cancelled = A annulé la rotation
event-token-revoked = A révoqué un jeton
event-credential-tokens-voided = A invalidé les jetons des identifiants
event-entity-tokens-voided = A invalidé tous les jetons de l’entité
event-all-tokens-voided = A invalidé tous les jetons de toutes les entités
event-issued-until = Ceux émis jusqu’au { $time }
event-key-voided = A annulé une clé de signature et ses jetons
event-master-key-rotated = A fait la rotation de la clé maîtresse
event-master-key-retired = A retiré l’ancienne clé maîtresse
event-sealing-key-rotated = A changé la clé qui chiffre les secrets conservés
event-key-created = A créé une clé de signature
event-key-rotated = A fait la rotation des clés de signature
event-key-removed = A retiré une clé de signature
event-operator-token-created = A créé un jeton d’opérateur
event-operator-token-revoked = A révoqué un jeton d’opérateur
event-setup-link-created = A créé un lien de configuration
event-person-invited = A invité { $email }
event-invitation-withdrawn = A retiré l’invitation de { $email }
event-person-joined = A accepté l’invitation
event-role-changed = A modifié le rôle de { $email }
event-person-removed = A retiré { $email }
event-password-changed = A changé le mot de passe
event-signed-in = A ouvert une session
event-sessions-ended = A fermé les autres sessions
event-of-client = Client Id `{ $client }`
event-subject = `{ $subject }`
event-locked-after = { $count ->
    [one] Après { $count } requête en échec
   *[other] Après { $count } requêtes en échec d’affilée
}
event-goes-on = `{ $hint }…` reste actif
event-stopped-and-goes-on = `{ $stopped }…` désactivé, `{ $kept }…` reste actif
event-old-stopped = Ancien secret désactivé immédiatement
event-old-stops-at = Ancien secret valable jusqu’au { $time }
event-tokens-stopped = Jetons déjà émis invalidés
event-as = Rôle : { $role }
event-changed = { $fields }
field-identifier = Code d’entité
field-name = Nom
field-description = Description
field-scopes = Scopes
field-settings = Réglages
field-unknown-parameters = Paramètres inconnus
field-grace = Durée de maintien d’un ancien secret
field-voids-tokens = Sort des jetons quand la clé est régénérée
field-most-credentials = Nombre maximal de paires
field-resources = Ressources

## Membres
people-lede = Qui peut ouvrir ces pages pour { $entity }. Les autres entités restent invisibles ici.
person = Personne
role = Rôle
role-owner = Propriétaire
role-developer = Développeur
role-viewer = Lecteur
role-owner-explained = Peut tout ce que peut un développeur, et gère les membres.
role-developer-explained = Génère, affiche et régénère les secrets, envoie des requêtes, modifie les réglages.
role-viewer-explained = Voit tout sauf les secrets, ne modifie rien.
last-seen = Dernière visite
not-lately = Pas récemment
comma-you = , vous
invited = Invitation en attente
invitation-over = Invitation expirée
valid-until = Valable jusqu’au { $time }
ran-out-on = Le { $time }
nobody-yet = Personne n’appartient encore à cette entité. L’opérateur de la plateforme invite le premier propriétaire.
change-role = Modifier le rôle
change-role-of = Modifier le rôle de { $name }
remove = Retirer
remove-person = Retirer { $name } de { $entity }
remove-explained = Dès maintenant, { $name } ne peut plus ouvrir ces pages. Ses actions restent dans « Activité ».
remove-you-explained = Il s’agit de vous : dès maintenant, vous ne pouvez plus ouvrir les pages de { $entity }.
yes-remove = Oui, retirer
last-owner = Il faut au moins un propriétaire. Donnez d’abord ce rôle à quelqu’un d’autre.
withdraw = Retirer
invite-a-person = Inviter une personne
send-invitation = Envoyer l’invitation
roles-explained = Un propriétaire peut tout faire ici. Un développeur peut tout faire, sauf gérer les membres. Un lecteur voit tout sauf les secrets et ne modifie rien. Une invitation est valable 48 heures.
invited-no-mail = L’invitation de { $email } est prête. Cette installation n’envoie pas d’e-mails : transmettez le lien vous-même.
invited-mail-failed = { $email } est invité, mais l’e-mail n’a pas pu être envoyé. Renvoyez-le dans une minute, ou demandez à l’opérateur de la plateforme.
pass-on-link = Il ne sert qu’une fois, dans les 48 heures, et ne s’affiche que maintenant.
invitation-link = le lien d’invitation
only-owners = Seuls les propriétaires de { $entity } peuvent inviter ou retirer des personnes et modifier les rôles.
ask-owners = Adressez-vous à { $names }.

## Opérateur : mots de plusieurs pages
op-none = aucune
op-identifier = Code d’entité
op-description = Description
op-entity = Entité
op-locked = Verrouillé
op-expired = Expiré
op-without-credentials = Sans identifiants
op-old-stops = Ancien secret jusqu’au { $time }
op-not-yet = Pas encore
op-secret-made = Secret créé
op-last-token = Dernier jeton
op-requests-24 = Requêtes, 24 h
op-share-failed = { $share } en échec
op-import = Importer
op-restore = Réactiver
op-was-changed = Quelqu’un d’autre a modifié ceci entre-temps.
op-was-changed-explained = Votre saisie est toujours là. Enregistrez à nouveau pour remplacer l’autre version, ou rouvrez la page pour la voir.

## Opérateur : membres, invitations
op-role-of = Rôle de { $name }
op-last-here = Dernière visite
op-invite = Inviter
op-roles-explained = Un propriétaire gère les identifiants, les réglages et les membres. Un développeur gère les identifiants et les réglages. Un lecteur voit tout sauf les secrets et ne modifie rien. L’invitation est valable 48 heures.
op-pass-this-link-on = Transmettez ce lien à { $email }.
op-no-mail-server = Cette installation n’envoie pas d’e-mails.
op-mail-failed = Le serveur de messagerie n’a pas accepté l’e-mail.
op-link-shown-once = Le lien ne s’affiche que maintenant et ne sert qu’une fois, pendant 48 heures. Toute personne qui le détient peut s’en servir.
op-the-link = le lien

## Opérateur : entités
op-entities-lede = Les entreprises et services dont les systèmes peuvent demander des jetons ici.
op-create-entity = Créer une entité
op-create-first = Créer une entité
op-no-entities = Pas encore d’entités
op-no-entities-explained = Une entité est un client, ou un service d’un client. Créez la première et invitez ses membres : ils génèrent eux-mêmes leurs identifiants.
op-step-create = Créer une entité
op-step-create-explained = Un nom, un code, et l’usage de ses jetons.
op-step-define = Définir ses paramètres
op-step-define-explained = Ce que ses requêtes de jeton peuvent contenir. Deux existent d’emblée.
op-step-invite = Inviter ses membres
op-step-invite-explained = Ils génèrent la paire et envoient leur première requête.
op-step-watch-explained = La liste montre qui obtient des jetons et qui échoue.
op-search = Rechercher
op-search-entities = Nom, code ou Client Id
op-all = Toutes
op-entities-by-name = Entités triées par nom
op-nothing-found = Aucun résultat
op-nothing-found-explained = Aucune entité ne correspond à la recherche et à l’onglet. Un Client Id doit être complet.
op-on-this-page = { $count ->
    [one] { $count } entité sur cette page
   *[other] { $count } entités sur cette page
}
op-first-page = Première page
op-next-page = Page suivante
notice-entity-created = Entité créée. Invitez maintenant ses membres.
notice-entity-disabled = Entité désactivée.
notice-entity-restored = Entité réactivée.

## Opérateur : une entité
op-create-lede = Une entreprise cliente, ou l’un de ses services. Ses membres ne voient rien des autres entités.
op-create-note = Elle démarre avec les paramètres `grant_type` et `scope`, et sans identifiants.
op-name-help = 50 caractères au plus.
op-identifier-help = Les jetons le portent : ne le changez pas. Au plus 64 caractères parmi A-Z a-z 0-9 _ . -
op-scopes = Scopes, un par ligne
op-scopes-help = Un scope compte un ou plusieurs mots. Une requête demande tous les mots d’un scope.
op-most-credentials = Paires d’identifiants, au plus
op-most-credentials-help = De 1 à 1 000
op-resources = Ressources, une par ligne
op-resources-help = URL des API, en plus de celle par défaut, pour lesquelles un jeton peut être émis, par exemple https://api.example.com/orders. Une requête en désigne une dans le paramètre resource.
op-unknown-parameter = Une requête avec un paramètre inconnu
op-unknown-refused = est refusée avec 412
op-unknown-ignored = est acceptée ; le paramètre est ignoré
op-view-as = Voir comme l’entité
op-parameters = Paramètres
op-disabled-explained = Ses requêtes de jeton reçoivent 401 et ses jetons ne sont pas valables.
op-name-and-limits = Nom et limites
op-last-changed = Dernière modification : { $time }.
op-no-credentials = Pas encore d’identifiants. Ses membres les génèrent.
op-tokens = Jetons
op-no-people = Personne ne peut encore ouvrir les pages de cette entité. Invitez son premier propriétaire.
op-move-and-stop = Exporter ou désactiver
op-export = Exporter
op-export-explained = Nom, scopes, réglages et paramètres dans un seul fichier JSON. Il ne contient aucun secret.
op-disable = Désactiver
op-disable-named = Désactiver { $name }
op-disable-explained = Toutes les requêtes de jeton reçoivent 401 et les jetons déjà émis ne sont plus valables. Vous pourrez la réactiver.
op-restore-named = Réactiver { $name }
op-restore-explained = Ses identifiants sont de nouveau acceptés dès la prochaine requête.
op-disable-ask = Requêtes de jeton envoyées ces dernières 24 heures : { $requests }.
op-disable-requests = Toutes les requêtes de jeton reçoivent désormais **401**.
op-disable-tokens = Les jetons déjà émis **cessent d’être valables en 2 secondes** là où ils sont vérifiés par introspection. Une API qui ne vérifie que la signature les accepte jusqu’à leur expiration.
op-write-to-confirm = Saisissez `{ $identifier }` pour confirmer
op-yes-disable = Oui, désactiver

## Opérateur : import
op-import-here = Importer dans cette entité
op-import-here-explained = Remplace le nom, la description, les scopes, les réglages et les paramètres, tout ou rien. Le code, le statut, les identifiants et les membres ne changent pas.
op-import-new = Importer une entité
op-import-new-lede = Crée une entité à partir d’une configuration exportée.
op-import-whole = Tout est repris, ou rien.
op-configuration = Configuration
op-import-help = Collez le JSON d’une configuration exportée.

## Opérateur : paramètres
op-parameters-of = Paramètres, { $name }
op-parameters-lede = Ce qu’une requête de jeton de { $name } peut contenir. La page, le contrôle et les claims du jeton découlent de cette liste.
op-add-parameter = Ajouter un paramètre
op-new-parameter = Nouveau paramètre
op-string-needed = string, obligatoire
op-fixed = Fixe
op-edit = Modifier
op-name-stays = Pour le renommer, ajoutez-en un autre et supprimez celui-ci.
op-parameter-name-help = Son nom dans une requête : au plus 64 caractères parmi A-Z a-z 0-9 _ . -
op-type = Type
op-required = Obligatoire
op-required-explained = Une requête sans lui est refusée avec 412.
op-values = Valeurs autorisées
op-values-only = seulement pour « valeur d’une liste »
op-values-help = Une par ligne.
op-numbers-only = seulement pour les nombres
op-strings-only = seulement pour string
op-minimum = Minimum
op-maximum = Maximum
op-min-length = Longueur minimale
op-max-length = Longueur maximale
op-pattern = Motif
op-pattern-help = Une expression régulière sans look-around ; encadrez-la de ^ et $.
op-example = Exemple
op-default = Valeur par défaut
op-claim = Claim du jeton
op-claim-help = Le claim qui transmet la valeur à vos API. Sans claim, la valeur est contrôlée puis abandonnée.
op-remove-named = Supprimer { $name }
op-remove-refused = Une requête qui l’envoie encore est refusée avec 412.
op-remove-ignored = Une requête qui l’envoie encore est acceptée ; la valeur est ignorée.
op-discard = Abandonner
op-preview = Aperçu
op-save-parameter = Enregistrer le paramètre
op-live-when-saved = Prend effet à l’enregistrement, dès la prochaine requête.
op-will-see = Ce que { $name } verra
op-follows = Suit votre saisie.
op-as-saved = Tel qu’enregistré.
notice-parameter-saved = Paramètre enregistré. Il s’applique dès la prochaine requête.
notice-parameter-removed = Paramètre supprimé.
op-view-412 = 412
op-view-token = Jeton
op-faulty = Cette définition n’est pas encore valable.
op-nothing-refused = Ce paramètre ne fait refuser aucune requête.
op-claims = Claims du jeton
op-not-carried = Le jeton ne porte pas la valeur : aucun claim n’est indiqué.
op-no-example = Impossible de produire un exemple que la définition accepte. Donnez-en un qui convienne.

## Opérateur : clés de signature
op-keys-lede = Passgate signe tous les jetons avec une seule clé. La suivante est publiée avant de signer : aucune API ne rencontre une clé inconnue.
op-rotate = Lancer la rotation
op-next-is-new = La clé suivante peut signer à partir du { $time }.
op-next-is-new-explained = Elle est si récente que certaines API ont peut-être une liste de clés sans elle.
op-key-id = Id de clé
op-kind = Algorithme
op-published-until = Publiée jusqu’au
op-published = Publiée le
op-open = Date non fixée
op-key-next = Suivante
op-key-next-explained = Publiée, ne signe pas encore
op-key-signing = En service
op-key-retiring = En retrait
op-key-retiring-explained = Vérifie seulement les anciens jetons
op-key-gone = Retirée
op-where-keys-are = Où les API trouvent les clés
op-address-of-keys = l’adresse des clés
op-keys-note = Les API peuvent garder la liste 5 minutes. Une clé en retrait disparaît 25 heures après avoir cessé de signer.
op-rotate-title = Rotation de la clé de signature
op-rotate-ask = La clé suivante commence à signer, et une nouvelle clé suivante est créée.
op-rotate-apis = Les API connaissent déjà la clé suivante et **ne remarquent rien**.
op-rotate-tokens = Les jetons déjà émis **restent valables** jusqu’à leur expiration.
op-too-early = La clé suivante peut signer à partir du { $time } : des API ont peut-être encore une liste de clés sans elle.
op-too-early-refused = Jusque-là, une telle API **refuse tout nouveau jeton** avec 401. Ne lancez la rotation maintenant que si quelqu’un d’autre connaît la clé actuelle.
op-rotate-anyway = Lancer quand même
op-yes-rotate = Oui, lancer la rotation
op-rotated-by-hand = La rotation des clés se fait uniquement à la main.
op-rotated-every = { $count ->
    [one] Une autre clé signe chaque jour.
   *[other] Une autre clé signe tous les { $count } jours.
}
op-void-key = Annuler la clé
op-void-key-title = Annuler une clé de signature
op-void-key-ask = Pour une clé que quelqu’un d’autre connaît peut-être :
op-void-key-tokens = Tous les jetons qu’elle a signés sont **refusés dès maintenant**, même les légitimes.
op-void-key-next = Si c’est elle qui signe, la clé suivante signe **immédiatement**.
op-void-key-cached = Une API qui garde la liste des clés peut accepter ses jetons **5 minutes de plus**.
op-void-key-yes = Oui, annuler la clé
op-revocation-lede = Arrêtez des jetons avant leur expiration, quelle que soit la façon dont ils ont fui.
op-revoke-token = Révoquer un jeton
op-the-token = Jeton
op-revoke-token-explained = Le jeton entier. Il est lu ici et n’est conservé nulle part.
op-revoke-button = Révoquer le jeton
op-void-all = Invalider tous les jetons
op-void-all-explained = Tous les jetons de toutes les entités émis jusqu’ici. Les identifiants restent valables et en obtiennent de nouveaux.
op-all-void-before = Les jetons émis jusqu’au { $time } sont invalidés.
op-void-all-ask = Chaque intégration doit demander un nouveau jeton.
op-void-until = Émis jusqu’au
op-void-until-help = UTC, par exemple 2026-01-31T12:00:00Z. Vide signifie maintenant.
op-revocation-note = Les jetons d’une entité s’invalident sur sa page, ceux d’un secret ou d’identifiants sur Generate Credentials.
op-void-entity-named = Invalider les jetons de { $name }
op-void-entity-explained = Les jetons émis jusqu’ici cessent d’être valables. Les identifiants restent valables et en obtiennent de nouveaux.

## Opérateur : activité
op-activity-lede = Qui a fait quoi dans cette installation. Rien ne peut y être modifié à l’insu de tous.
op-identifier-of = Code d’une entité
op-when = Quand, UTC
op-no-such-entity = Entité inconnue
op-no-events = Rien ici
op-no-events-filtered = Aucune entrée ne correspond à ce filtre.
op-no-events-yet = Les actions des membres et des opérateurs apparaissent ici.
op-events-on-this-page = { $count ->
    [one] { $count } entrée sur cette page
   *[other] { $count } entrées sur cette page
}
op-newest = Les plus récentes
op-actor-client = Client
op-actor-cli = Ligne de commande
op-actor-system = Automatique
op-did-something = Action : { $action }
op-did-entity-created = A créé une entité
op-did-entity-updated = A modifié une entité
op-did-parameter-set = A enregistré un paramètre
op-did-parameter-removed = A supprimé un paramètre
op-did-credential-generated = A généré des identifiants
op-did-credential-regenerated = A régénéré une clé
op-did-credential-revoked = A révoqué des identifiants
op-did-credential-locked = A verrouillé un compte
op-did-credential-unlocked = A déverrouillé un compte
op-did-key-rotated = A fait la rotation de la clé de signature
op-did-operator-token-created = A créé un jeton d’opérateur
op-did-secret-revealed = A affiché un secret
op-did-secret-stopped = A désactivé un secret
op-did-rotation-cancelled = A annulé une rotation
op-did-person-invited = A invité une personne
op-did-invitation-withdrawn = A retiré une invitation
op-did-role-changed = A modifié un rôle
op-did-person-removed = A retiré une personne
op-did-password-changed = A changé un mot de passe
op-did-sessions-ended = A fermé des sessions
op-did-entity-viewed = A consulté une entité comme ses membres

## Opérateur : opérateurs
op-operators-lede = Qui gère cette installation. Les opérateurs gèrent toutes les entités, mais ne voient aucun secret.
op-last-operator = Il faut au moins un opérateur. Invitez-en un autre avant de retirer celui-ci.
op-invite-operator = Inviter un opérateur
op-operator-explained = Un opérateur peut tout faire ici. L’invitation est valable 48 heures.
op-operator-tokens = Jetons d’opérateur
op-tokens-explained = Avec un jeton, un programme utilise l’API d’administration comme un opérateur. Chaque jeton a une date de fin.
op-no-tokens = Aucun jeton d’opérateur. Créez-en un si un programme doit gérer des entités.
op-create-token = Créer un jeton d’opérateur
op-token-name-help = Le programme auquel il est destiné.
op-days = Validité en jours
op-days-help = De 1 à 366
op-new-token = Nouveau jeton d’opérateur
op-ends = Expire le
op-ended = Expiré
op-revoke = Révoquer
notice-token-revoked = Jeton d’opérateur révoqué.

## Opérateur : état du service
op-health-lede = Ce dont cette installation a besoin pour émettre des jetons. Vérifié à l’instant, UTC :
op-check-again = Vérifier à nouveau
op-all-well = Tout est prêt.
op-version = Version
op-disabled-ones = Désactivées
op-in-memory = Identifiants en mémoire
op-parts = Composants
op-part = Composant
op-state = État
op-ready = Prêt
op-attention = À vérifier
op-away = Indisponible
op-signs-and-next = `{ $signing }` signe, `{ $next }` suit
op-database = Base de données
op-database-detail = { $kind }, connexions : { $open }, dont inactives : { $idle }
op-following = Changements des autres nœuds
op-following-detail = Journal lu jusqu’au bout il y a { $millis } ms
op-clock = Horloge
op-clock-detail = { $time } sur cette machine. Comparez avec la vôtre : les jetons portent cette heure.
op-mail = E-mail
op-mail-set = Un serveur de messagerie est défini
op-mail-not-set = Aucun serveur de messagerie n’est défini : les liens s’affichent pour être transmis, et personne ne peut réinitialiser de mot de passe. Définissez `smtp_url` et `mail_from`.
op-public-url = URL publique
op-url-secure = { $url }
op-url-plain = { $url } n’est pas en HTTPS : secrets et sessions circulent en clair. Définissez `public_url`.
op-health-note = Les programmes interrogent `/readyz` et `/metrics`.

## Rotation as a process
told-leaked-none = **Le secret `{ $hint }…` de « { $name } » a été signalé comme divulgué le { $time } et désactivé. Plus aucun de ses secrets ne fonctionne.** Régénérez la clé et cherchez d’où vient la fuite.
told-leaked = **Le secret `{ $hint }…` de « { $name } » a été signalé comme divulgué le { $time } et désactivé.** Un autre fonctionne encore. Cherchez d’où vient la fuite.
told-ending = **Le secret `{ $hint }…` de « { $name } » prend fin le { $time }.** Régénérez la clé avant cette date.
told-ended = **Le secret `{ $hint }…` de « { $name } » a pris fin le { $time } : les requêtes qui l’utilisent reçoivent 401.** Régénérez la clé.
told-safe = **L’ancien secret `{ $hint }…` de « { $name } » n’est plus utilisé.** Vous pouvez le désactiver sans risque.
new-begins-at = **Le nouveau secret est accepté à partir du { $time }.**
new-begins-explained = Jusque-là, vos systèmes utilisent l’ancien. Préparez le nouveau pour qu’ils en changent à ce moment.
rotation-safe = Désactivation sans risque : l’ancien secret n’est plus utilisé
rotation-new-unused = Le nouveau secret n’a pas encore servi
rotation-wait = L’ancien secret n’a pas servi jusqu’ici ; sans risque après { $span } de silence
leaked = Divulgué
ended = Terminé
begins-on = Actif à partir du { $time }
report-leak = Quiconque trouve un de vos secrets peut le désactiver sans compte, en l’envoyant comme `client_secret` :
new-works-from = Nouveau secret actif à partir du
new-works-from-help = En UTC, au plus 7 jours à l’avance ; vide : immédiatement. La durée choisie ci-dessus commence alors.
new-ends = Fin du nouveau secret
new-ends-help = En UTC ; vide : jamais. Un rappel vient 30, 7 et 1 jours avant.
new-ends-help-days = En UTC ; vide : après { $count } jours, le maximum. Un rappel vient 30, 7 et 1 jours avant.
short-not-yet = secret pas encore actif
short-secret-expired = secret terminé
why-not-yet = Le secret est juste, mais pas encore accepté
why-secret-expired = Le secret est juste, mais il a pris fin
remedy-previous-secret = Utilisez le secret précédent jusque-là
remedy-regenerate = Régénérez la clé
event-secret-ending = A rappelé que le secret `{ $hint }…` prend fin
event-secret-leaked = A désactivé le secret `{ $hint }…`, signalé comme divulgué
event-secret-ends-at = Le secret prend fin le { $time }
event-secret-begins-at = Le secret est accepté à partir du { $time }
event-reported-from = Signalé depuis { $address }
event-found-at = Trouvé ici, selon le signalement : { $place }
field-secret-lifetime = Durée de vie d’un secret
op-secret-lifetime = Vie d’un nouveau secret, en jours au plus
op-secret-lifetime-help = De 1 à 3 650 ; vide : sans fin. Les secrets existants gardent leur fin.
op-ending = Secret bientôt terminé
op-secret-ends = Fin du secret : { $time }
op-did-secret-ending = A rappelé la fin d’un secret
op-did-secret-leaked = A désactivé un secret divulgué
# The audit log
download-json-lines = Télécharger en JSON lines
filter-who = Nom ou e-mail de l’auteur
filter-from = À partir de ce jour (UTC)
filter-to = Jusqu’à ce jour (UTC)
op-chain = Où la chaîne se termine
op-chain-explained = Chaque entrée porte l’empreinte de la précédente. Conservez ce numéro et cette empreinte hors de cette installation : `passgate audit verify --from-anchor` prouve avec eux que rien n’a été changé jusqu’ici.
op-chain-removed = Les entrées jusqu’au numéro { $seq } ont été supprimées en raison de leur âge.

# Quotas
short-quota = quota épuisé
why-quota = Tous les jetons de cette heure ou de ce jour avaient été émis
remedy-quota = Gardez un jeton jusqu’à sa fin au lieu d’en demander un à chaque appel
field-quota = Quota
event-quota-hour = { $percent } % des jetons d’une heure ont été utilisés
event-quota-day = { $percent } % des jetons d’un jour ont été utilisés
quota-hour = { $used } des { $limit } jetons de cette heure (UTC) sont utilisés
quota-day = { $used } des { $limit } jetons de ce jour (UTC) sont utilisés
quota-soon = Au-delà de la limite, les requêtes sont refusées jusqu’à l’heure ou au jour suivant. Gardez un jeton jusqu’à sa fin, ou demandez-en davantage à l’opérateur de la plateforme.
quota-spent = Les requêtes sont refusées jusqu’à l’heure ou au jour suivant. Gardez un jeton jusqu’à sa fin, ou demandez-en davantage à l’opérateur de la plateforme.
quota-dry-run = La limite est à l’essai : rien n’est refusé.
op-did-quota-reached = A constaté qu’un quota est largement utilisé :
op-quota-over = { $count } jetons des dernières 24 heures auraient été refusés
op-tokens-per-hour = Jetons par heure (UTC), au plus
op-tokens-per-day = Jetons par jour (UTC), au plus
op-quota-help = Vide : aucune limite
op-quota-dry-run = Seulement essayer ces limites : noter ce qui serait refusé, sans rien refuser
## Authentification du client
notice-authentication-changed = L’authentification du client a été modifiée
client-authentication = Authentification du client
client-authentication-lede = Comment **{ $name }** prouve qu’il est à vous. Seul le moyen choisi ici est accepté, dès la prochaine requête.
secrets-forbidden = Vos réglages de sécurité interdisent les secrets : des identifiants qui se prouvent par leur Client Secret n’obtiennent aucun jeton.
now-proves-itself = Actuellement par
way-to-prove = Moyen de preuve
one-way-at-a-time = Tant que ce n’est pas le Client Secret, le secret est refusé ; il est conservé pour le cas où vous y reviendriez.
auth-secret = Client Secret
auth-secret-explained = Le secret de cette page, aux deux points d’accès.
auth-private-key-jwt = Assertion signée (private_key_jwt)
auth-private-key-jwt-explained = Votre système signe une courte déclaration avec une clé privée qui ne le quitte jamais.
auth-tls = Certificat d’une autorité (tls_client_auth)
auth-tls-explained = Votre système présente un certificat de l’autorité de la plateforme. Les jetons ne valent qu’avec lui.
auth-self-signed = Certificat à vous (self_signed_tls_client_auth)
auth-self-signed-explained = Votre système présente un certificat enregistré ici. Les jetons ne valent qu’avec lui.
auth-not-here = L’opérateur de la plateforme ne l’a pas mis en place.
public-keys = Clés publiques
public-keys-explained = Pour une assertion signée. ES256, EdDSA, RS256 ou PS256 ; RSA à partir de 2048 bits. Ne collez jamais une clé privée.
jwks-label = JWK Set, ou clés publiques en PEM
jwks-uri-label = Ou l’URL https de votre JWK Set
client-certificate = Certificat
client-certificate-explained = Pour le certificat d’une autorité, son nom ; pour le vôtre, le certificat lui-même.
subject-kind = Type de nom
subject-dn = Sujet (DN)
subject-dns = Nom DNS
subject-uri = URI
subject-ip = Adresse IP
subject-email = Adresse e-mail
subject-label = Nom, à la lettre près
certificates-label = Certificats en PEM, ou empreintes SHA-256, une par ligne
thumbprint = Empreinte SHA-256
what-an-assertion-says = Ce que dit une assertion signée
claim = Champ
assertion-exp = au plus 300 secondes à partir de maintenant
assertion-jti = différent à chaque fois
assertion-goes-to = Elle va à `{ $url }` en tant que `client_assertion`, avec `client_assertion_type`.
plain-secrets = Secrets
plain-secrets-explained = Qui trouve un secret peut s’en servir. Une assertion signée ou un certificat ne se copie pas depuis une requête.
forbid-plain-secrets = Refuser tous les secrets
would-refuse-secrets = N’obtient aucun jeton tant que ce réglage est actif : { $names }. Choisissez d’abord un autre moyen sur la page des identifiants.
short-secret-not-accepted = secret non accepté
short-assertion = assertion refusée
short-certificate = certificat refusé
why-secret-not-accepted = Le secret est juste, mais ces identifiants ou vos réglages de sécurité n’acceptent pas de secret
why-wrong-assertion = L’assertion n’est pas signée par une clé enregistrée
why-wrong-certificate = Le certificat n’est pas celui qui est enregistré
why-assertion-audience = Le aud de l’assertion n’est pas exactement l’émetteur
why-assertion-ended = L’assertion était échue
why-assertion-too-long = L’assertion dure plus de 300 secondes
why-assertion-not-yet = L’assertion est datée du futur
why-assertion-replayed = L’assertion a déjà servi
why-assertion-incomplete = Il manque exp ou jti à l’assertion
remedy-client-authentication = Voyez comment ces identifiants se prouvent
event-authentication-changed = A changé le moyen de preuve des identifiants : `{ $method }`
op-did-authentication-changed = A changé le moyen de preuve d’identifiants
get-without-secret = Ces identifiants n’acceptent pas de secret : la requête ci-dessous reçoit 401. Leur moyen de preuve passe par /oauth/token.
