# Las palabras de las páginas. Sencillas, breves, en presente; **strong** y `code` reciben formato.

## Alrededor de cada página
skip-to-content = Ir al contenido
navigation = Navegación principal
menu = Menú
close = Cerrar
notification = Notificación
dismiss = Descartar
go-home = Ir a la primera página
request-id = Id de solicitud
api-integration = Integración de API
monitoring = Supervisión
customers = Clientes
installation = Instalación
generate-credentials = Generar credenciales
get-access-token = Obtener token de acceso
token-timeout = Caducidad del token
requests = Solicitudes
usage = Uso
activity = Actividad
people = Miembros
entities = Entidades
signing-keys = Claves de firma
revocation = Revocación
health = Estado del servicio
operators = Operadores
account = Cuenta
role-operator = Operador
status-disabled = Desactivada
viewing-as = Está viendo estas páginas como los miembros de **{ $entity }**. Puede leerlo todo salvo los secretos y no puede cambiar nada.
stop-viewing = Salir

## Fechas y horas
month = { $month ->
    [1] ene
    [2] feb
    [3] mar
    [4] abr
    [5] may
    [6] jun
    [7] jul
    [8] ago
    [9] sep
    [10] oct
    [11] nov
   *[12] dic
}
day = { $day } { $month } { $year }
moment = { $day }, { $clock } UTC
log-moment = { $day } { $month } { $clock }
just-now = ahora mismo
ago = hace { $span }
seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}

## Palabras de varias páginas
cancel = Cancelar
save = Guardar
saving = Guardando…
working = En curso…
copy = Copiar
copied = Copiado
show = Mostrar
hide = Ocultar
change = Cambiar
never = Nunca
never-used = Sin usar
off = Desactivado
active = Activo
stopped = Desactivado
status = Estado
created = Creado
last-used = Último uso
stops-at = Caduca el
scope = Scope
address = Dirección
actions = Acciones
since = Desde
e-mail = Correo electrónico
password = Contraseña
your-name = Su nombre
unlock = Desbloquear
only-managers = Solo los propietarios y los desarrolladores de esta entidad pueden generar y mostrar secretos, enviar solicitudes y cambiar ajustes.

## Errores de los campos
fault-empty = Rellene este campo.
fault-too-short = Introduzca al menos { $least } caracteres.
fault-too-long = Introduzca como máximo { $most } caracteres.
fault-minimum = Introduzca { $least } o más.
fault-maximum = Introduzca { $most } o menos.

## La entrada
sign-in = Iniciar sesión
sign-in-to-passgate = Iniciar sesión en Passgate
signing-in = Iniciando sesión…
sign-out = Cerrar sesión
api-access-of = Acceso a las API de { $host }
session-ended = La sesión se cerró tras 30 minutos sin actividad. Inicie sesión para seguir donde estaba.
wrong-password = El correo electrónico o la contraseña no son correctos.
forgot-password = ¿Olvidó la contraseña?
no-account = ¿No tiene cuenta? Su operador envía las invitaciones. Consulte a quien le dio esta dirección.
show-password = Mostrar la contraseña
password-rule = Al menos 12 caracteres. Lo mejor: unas pocas palabras que nadie adivine.
new-password = Contraseña nueva
new-password-for = Para { $email }. Se cierran todas las sesiones de esta cuenta.
set-password = Definir y continuar
no-mail-server = Esta instalación no envía correos. Pida a un operador o a un propietario de su entidad que retire su acceso y le envíe otra invitación.
reset-explained = Introduzca su correo electrónico. Si tiene una cuenta aquí, en un momento recibirá un enlace para definir una contraseña nueva.
reset-sent = Si la dirección tiene una cuenta aquí, el enlace va de camino. Funciona durante una hora.
send-link = Enviar el enlace
back-to-sign-in = Volver al inicio de sesión
link-not-valid = Este enlace no es válido
link-explained-reset = Ya se ha usado, o ha pasado su hora. Pida otro en la página de inicio de sesión.
link-explained-invitation = Ya se ha usado, se ha retirado o sustituido por otro más reciente, o han pasado sus 48 horas. Pida a quien lo envió que lo envíe de nuevo.
link-explained-setup = Ya se ha usado, ha caducado o se ha creado otro más reciente. En la máquina que ejecuta Passgate, cree otro: `passgate operator setup-link`
set-up-passgate = Configurar Passgate
set-up-explained = Este enlace le da el rol de operador de esta instalación. Funciona una sola vez.
become-operator = Convertirse en operador
operators-of-passgate = los operadores de Passgate
join = Unirse a { $place }
join-explained = Defina una contraseña para { $email }. Si esta dirección ya tiene una cuenta aquí, indique su contraseña.
your-present-password = Su contraseña actual
not-found = Página no encontrada
not-found-explained = Esta página no existe o no está a su alcance. Compare la dirección con la que le dieron.
unavailable = No disponible ahora
unavailable-explained = Passgate no puede responder ahora. El problema no está en su solicitud; inténtelo de nuevo en 30 segundos.
read-only-explained = Por el momento no se puede cambiar nada: Passgate se está trasladando a otra base de datos. Los tokens se emiten como siempre; inténtelo de nuevo en 30 segundos.
cause = Causa
remedy = Solución

## Contraseña reciente
confirm = Confirmar
confirm-it-is-you = Confirme su identidad
confirm-explained = Introdujo su contraseña hace más de 10 minutos. Un secreto solo se muestra o se reemplaza justo después de introducirla.

## Cuenta
name-explained = Lo que ven sus compañeros junto a sus acciones.
change-password = Cambiar contraseña
change-password-explained = Al cambiarla se cierran sus otras sesiones.
language-and-theme = Idioma y tema
look-explained = Para este navegador.
language = Idioma
theme = Tema
theme-system = Como el sistema
theme-light = Claro
theme-dark = Oscuro
sessions = Sesiones
browser = Navegador
this-one = Esta
end-session = Cerrar
end-other-sessions = Cerrar las otras sesiones
belongs-nowhere = Su cuenta no pertenece a ninguna entidad. Consulte a quien le envió la invitación.

## Notificaciones. Las dos primeras son del contrato.
notice-regenerated = Las credenciales del webhook se han regenerado.
notice-settings-updated = Los ajustes del webhook se han actualizado
notice-rotation-cancelled = Rotación cancelada. El secreto anterior sigue activo; el nuevo queda desactivado.
notice-secret-stopped = Secreto anterior desactivado.
notice-revoked = Credenciales revocadas.
notice-unlocked = Cuenta desbloqueada.
notice-invited = Invitación enviada.
notice-withdrawn = Invitación retirada.
notice-role-changed = Rol cambiado.
notice-removed = La persona ya no tiene acceso.
notice-name-changed = Nombre cambiado.
notice-password-changed = Contraseña cambiada. Sus otras sesiones se han cerrado.
notice-sessions-ended = Sesiones cerradas.
notice-saved = Guardado.
notice-keys-rotated = La clave siguiente firma desde ahora.
notice-access-token-revoked = Token revocado.
notice-access-token-ended = El token ya había caducado.
notice-tokens-voided = Los tokens emitidos hasta ahora han dejado de valer.
notice-key-voided = La clave y sus tokens quedan anulados.
notice-imported = Configuración importada.

## Generar credenciales
generate-lede = Sus sistemas se identifican con este par ante las API de la plataforma. Guarde el secreto en sus servidores, nunca en una aplicación ni en un navegador.
generate-lede-platform = Sus sistemas se identifican con este par ante las API de { $platform }. Guarde el secreto en sus servidores, nunca en una aplicación ni en un navegador.
entity-disabled = Esta entidad está desactivada.
entity-disabled-explained = Sus sistemas no obtienen tokens. Consulte al operador de la plataforma.
credentials = Credenciales
no-credentials = Aún no hay credenciales
no-credentials-explained = Genere el par una sola vez. Aquí verá el Client Id y el Client Secret, y podrá probarlos enseguida en la página siguiente.
generate-credentials-button = Generar credenciales
scope-and-lifetime = Scope: **{ $scope }**. Los tokens son válidos durante { $span }.
road-ahead = Los pasos
step-generate = Generar las credenciales
step-generate-explained = Un Client Id que nunca cambia y un secreto.
step-send = Enviar la primera solicitud
step-send-explained = En «Obtener token de acceso», con un clic. Sin herramientas.
step-code = Copiarla como código
step-code-explained = curl, Python, Java y siete más, con sus valores.
step-watch = Ver que funciona
step-watch-explained = «Solicitudes» muestra cada llamada y la causa de cada fallo.
client-id = Client Id
client-secret = Client Secret
new-client-secret = Client Secret nuevo
stays-the-same = Nunca cambia
hidden-begins-with = oculto, empieza por { $hint }
hidden-again-in = Se oculta de nuevo en
hidden-again-seconds = s.
show-it-later = Podrá mostrarlo más tarde.
shown-once = Solo se muestra ahora: cópielo.
was-shown-once = Se mostró al crearlo y no se conserva. Regenere la clave para obtener otro.
last-used-from = Último uso: { $time }, desde { $address }
replace-the-secret = Reemplazar el secreto
you-choose-how-long = Elija cuánto tiempo sigue funcionando el actual.
not-while-two = No es posible mientras funcionan dos secretos. Desactive antes el anterior o cancele la rotación.
regenerate-key = Regenerar clave
it-leaked = Filtración: desactivar ya
token-valid-for = Validez de un token
time-limit = Periodo de validez
allowed-addresses = Direcciones permitidas
from-anywhere = Todas
ranges = { $count ->
    [one] { $count } rango
   *[other] { $count } rangos
}
account-lock = Bloqueo de la cuenta
after-failures = { $count ->
    [one] Tras { $count } fallo
   *[other] Tras { $count } fallos
}
locked-since = Esta cuenta está bloqueada desde el { $time }, por demasiadas solicitudes fallidas.
locked-explained = Pida a un propietario o a un desarrollador de esta entidad que la desbloquee.
two-secrets-until = **Funcionan dos secretos hasta el { $time }.**
two-secrets-explained = Ponga el secreto nuevo en sus sistemas. Esta página indica cuándo ya nada usa el anterior.
secrets-of-30-days = Secretos de los últimos 30 días
secret-begins-with = Inicio del secreto
rotation = Rotación
rotating = En rotación
old-still-in-use = El anterior sigue en uso: { $time } desde { $address }
rotation-explained = «Cancelar rotación» conserva el secreto anterior y desactiva el nuevo. «Desactivar ya» termina con el anterior de inmediato: lo que aún lo use recibe 401.
stop-now = Desactivar ya
cancel-rotation = Cancelar rotación
who-did-what = Quién hizo qué
several-systems = Varios sistemas
several-systems-explained = Dé a cada sistema su propio par: así podrá reemplazar uno sin tocar los demás. Máximo: { $most }.
add-credential = Añadir un par
add-explained = Recibe su propio Client Id y su propio Client Secret. Los demás pares no cambian.
name-of-system = Nombre del sistema
revoke-named = Revocar «{ $name }»
revoke-explained = Su Client Id y todos sus secretos dejan de funcionar de inmediato y para siempre, igual que sus tokens.
yes-revoke = Sí, revocar
void-tokens = Invalidar sus tokens
void-tokens-named = Invalidar los tokens de «{ $name }»
void-tokens-explained = Todos los tokens obtenidos hasta ahora dejan de valer. El Client Secret sigue funcionando: sus sistemas piden tokens nuevos.
yes-void = Sí, invalidarlos
stop-with-tokens = Detener ahora, con sus tokens
regenerate-explained = Passgate crea un Client Secret nuevo para { $entity }. El Client Id no cambia.
are-you-sure = ¿Seguro que quiere continuar?
keep-working-for = Mantener el secreto actual activo durante
grace-none = Sin plazo
stops-now = se desactiva ya
consequence-both = Ambos secretos funcionan hasta entonces. Después, solo el nuevo.
consequence-stopped = El secreto actual deja de funcionar de inmediato. Los sistemas que lo usan reciben 401 hasta que les dé el nuevo.
consequence-tokens = Los tokens ya emitidos siguen siendo válidos hasta que caducan, como máximo **{ $span }**.
consequence-void = Los tokens ya emitidos **dejan de ser válidos de inmediato**.
yes-regenerate = Sí, regenerar clave
leak-explained = Todos los secretos de este Client Id se desactivan de inmediato y recibe uno nuevo. Los sistemas que usan uno anterior reciben 401 hasta que les dé el nuevo.
leak-void = Invalidar también los tokens ya emitidos
leak-void-explained = Quien tiene el secreto puede tener también tokens.
leak-yes = Sí, desactivar todo

## Obtener token de acceso
get-lede = Canjee su Client Id y su Client Secret por un token de acceso. Es válido durante { $span }; pida uno nuevo siempre que lo necesite.
get-needs-credentials = Genere antes el par. Después, esta página muestra su solicitud exacta y la envía con un clic.
request-body = Cuerpo de la solicitud
body-format = Formato del cuerpo
example = Ejemplo
schema = Esquema
sending = Enviando…
send-request = Enviar solicitud
send-again = Reenviar
change-values = Cambiar los valores
leave-out = no enviar
secret-is-filled-in = Su secreto guardado se añade al enviar. Nunca se muestra aquí.
secret-is-asked = Su secreto no se guarda aquí. Se usa solo para esta solicitud.
both-mandatory = `client_id` y `client_secret` son obligatorios; ambos están en la página
others-dynamic = Los demás parámetros son dinámicos y pueden aplicarse o no a una entidad.
for-entity = Para { $entity }:
mandatory-too = también de forma obligatoria.
mandatory = obligatorio
optional = opcional
mandatory-hint = (obligatorio)
optional-hint = (opcional)
schema-caption = Propiedades del cuerpo de la solicitud
name-and-type = Nombre y tipo
name = Nombre
needed = Presencia
value = Valor
means = Significado
unknown-refused = Un nombre que no está en esta tabla se rechaza con 412.
unknown-ignored = Un nombre que no está en esta tabla se ignora.
your-client-id = Su Client Id
your-client-secret = Su Client Secret
type-string = cadena
type-integer = entero
type-number = número
type-boolean = booleano
type-date-time = fecha y hora
type-enum = valor de una lista
limit-values = { $values }.
limit-range = De { $least } a { $most }.
limit-least = { $least } o más.
limit-most = { $most } o menos.
limit-min-length = Longitud mínima: { $least }.
limit-max-length = Longitud máxima: { $most }.
limit-pattern = Cumple `{ $pattern }`.
limit-default = Por defecto: { $default }
limit-none = Sin restricción
responses = Respuestas
received = recibida
headers = Cabeceras
what-to-do = Qué hacer
correct-fields = { $count ->
    [one] Corrija { $count } campo:
   *[other] Corrija { $count } campos:
}
sent-at = Enviada el { $time }, respuesta en { $millis } ms.
open-in-requests = Abrir en «Solicitudes»
use-the-token = Envíelo con cada llamada a la API como `Authorization: Bearer …`. Lea **expires_in** en lugar del propio token y pida el siguiente un minuto antes del final.
token-decoded = El token, decodificado
anyone-can-read = Quien tenga el token puede leer esto; nadie puede cambiarlo.
ends-in = Caduca en { $span }, el { $time }
token-header = Cabecera
token-claims = Claims
claim-alg = Algoritmo de firma
claim-typ = Un token de acceso
claim-kid = La clave de firma
claim-iss = Quién lo emitió
claim-sub = Para quién es
claim-aud = Qué API lo aceptan
claim-scope = Qué permite
claim-jti = Su id, para revocar solo este token
claim-parameter = Del parámetro { $name }
claim-other = Un claim de la plataforma
same-as-code = La misma solicitud como código
programming-language = Lenguaje de programación
take-it-with-you = Para descargar:
none-has-the-secret = Ninguno de estos archivos contiene su secreto.
back-to-generate = Volver a «Generar credenciales»

## Caducidad del token
timeout-lede = Cuánto dura un token, cuándo se bloquea una cuenta y desde dónde pueden pedir tokens sus sistemas. Los cambios se aplican desde la siguiente solicitud.
time-limit-explained = Un periodo corto limita el daño de un token perdido. Sus sistemas siempre pueden pedir el siguiente.
new-token-valid-for = Validez de un token nuevo
time-unit = Unidad de tiempo
unit-minutes = minutos
unit-hours = horas
timeout-limits = De 1 a 1440 minutos o de 1 a 24 horas.
whole-number = Introduzca un número entero de 1 a { $most }.
account-lock-settings = Bloqueo de la cuenta de integración
lock-explained = Un bloqueo detiene también a sus propios sistemas. Los intentos al azar siempre se ralentizan, con o sin bloqueo.
lock-after-failed = Bloquear la cuenta tras intentos fallidos
on = Activado
maximum-attempts = Número máximo de intentos
attempts-limits = Solicitudes de token fallidas seguidas para este Client Id, de 1 a 9.
unlock-by-itself = Desbloqueo automático
unlock-never = nunca
unlock-after = tras { $span }
locked-named = «{ $name }»: cuenta bloqueada desde el { $time }, por demasiadas solicitudes fallidas.
locked-means = Todas sus solicitudes reciben 401 hasta que se desbloquee.
addresses-explained = Las solicitudes de otras direcciones reciben 401, incluso con el secreto correcto.
addresses-label = Direcciones o rangos, uno por línea
addresses-empty = Vacío: se permiten todas las direcciones.
line-not-an-address = La línea { $line } no es una dirección ni un rango como 203.0.113.0/24.
too-many-ranges = Introduzca como máximo { $most } rangos.
covers-all = { $count ->
    [one] **Cubre la única dirección** que obtuvo un token en los últimos 7 días.
   *[other] **Cubre las { $count } direcciones** que obtuvieron tokens en los últimos 7 días.
}
would-shut-out = **Direcciones excluidas: { $out } de { $count }** entre las que obtuvieron tokens en los últimos 7 días: { $addresses }
save-anyway = Guardar de todos modos
save-anyway-explained = Esos sistemas reciben 401 desde su próxima solicitud.
test-an-address = Probar una dirección
test = Probar
probe-not-an-address = **No es una dirección.** Introduzca una como 203.0.113.24 o 2001:db8::1.
probe-allowed = **Permitida.** Una solicitud desde { $address } puede obtener un token.
probe-refused = **Rechazada.** { $address } no está en ninguno de los rangos anteriores.
when-regenerated = Al regenerar la clave
when-regenerated-explained = Lo que propone el diálogo. Se puede cambiar allí cada vez.
keep-old-secret-for = Mantener el secreto anterior durante
tokens-already-issued = Tokens ya emitidos
tokens-keep = Siguen siendo válidos hasta que caducan
tokens-stop = Dejan de ser válidos de inmediato
bound-tokens = Tokens vinculados
bound-explained = Un token vinculado solo funciona junto con una clave que nunca sale de su sistema (DPoP, RFC 9449). Quien copie solo el token no puede hacer nada con él.
bound-only = Aceptar solo tokens vinculados
bound-means = Si está activado, los tokens solo se emiten en /oauth/token y solo con una prueba. Obtener token de acceso y los clientes sin DPoP dejan de funcionar.
last-changed-by = Último cambio: { $time }, por { $name }
last-changed-by-operator = Último cambio: { $time }, por un operador de la plataforma
clear = Borrar
update = Actualizar

## Gráficos de solicitudes de token
period = Periodo
period-24h = 24 h
period-7d = 7 días
period-30d = 30 días
short-day = { $day } { $month }
percent = { $number } %
no-figure = ninguna
milliseconds = { $number } ms
succeeded = Correctas
failed = Fallidas
as-a-table = En tabla
chart-hours = Solicitudes de token por hora: { $total } desde el { $time }, { $failed } de ellas fallidas. Las mismas cifras están en la tabla.
chart-days = Solicitudes de token por día: { $total } desde el { $time }, { $failed } de ellas fallidas. Las mismas cifras están en la tabla.
call-narrow = { $count ->
    [one] { $count } fallida: { $cause }
   *[other] { $count } fallidas: { $cause }
}
call-hour = { $count ->
    [one] { $count } fallida tras las { $time }: { $cause }
   *[other] { $count } fallidas tras las { $time }: { $cause }
}
call-day = { $count ->
    [one] { $count } fallida el { $time }: { $cause }
   *[other] { $count } fallidas el { $time }: { $cause }
}
short-stopped-secret = secreto desactivado
short-wrong-secret = secreto incorrecto
short-address = dirección no permitida
short-locked = cuenta bloqueada
short-disabled = entidad desactivada
short-revoked = credenciales sin vigencia
short-arguments = argumentos no válidos
short-scope = otro scope
short-proof = sin prueba de la clave
short-too-many = demasiados intentos
short-unavailable = Passgate no disponible
short-other = otras causas
quiet-period = No hay solicitudes en este periodo.
look-at-30-days = Ver 30 días

## Solicitudes
requests-lede = Todas las solicitudes de token de { $entity } y la causa de los fallos. Se conservan 30 días.
no-requests = Aún no hay solicitudes
no-requests-explained = En cuanto un sistema de { $entity } pida un token, verá aquí el resultado. Envíe la primera solicitud con un clic.
no-requests-no-credentials = En cuanto un sistema de { $entity } pida un token, verá aquí el resultado. Para eso necesita credenciales.
median-answer = Mediana de respuesta
why-failed = Causas de los fallos
failures-not-kept = Ninguno de estos fallos se guardó uno a uno: eran demasiados a la vez.
nothing-failed = No falló nada en este periodo.
count = Número
first = Primera
last = Última
show-these = Ver estas solicitudes
all-requests = Todas las solicitudes
id-or-address = Id de solicitud o dirección
code = Código
all-codes = Todos los códigos
all-secrets = Todos los secretos
secrets-of = Todos los de { $name }
apply = Aplicar
only-cause = Solo **{ $cause }**:
show-all = Mostrar todo
nothing-matches = Ninguna solicitud coincide.
time-utc = Hora UTC
result = Resultado
detail = Detalle
secret = Secreto
result-issued = { $status } emitido
result-refused = { $status } rechazado
pages = Páginas
newer = Más recientes
older = Más antiguas
shown-of = Solicitudes mostradas: { $shown } de { $count }
sample-explained = En un segundo con muchísimas solicitudes solo se guardan una a una las primeras. Las cifras y el gráfico las cuentan todas.
one-request = Una solicitud
endpoint = Endpoint
answered-in = Tiempo de respuesta
not-known = Ninguno conocido
no-such-request = Aquí no existe esa solicitud. Las solicitudes se conservan 30 días y, en un segundo con muchísimas, solo las primeras.

## Causas de los fallos
from-addresses = { $others ->
    [0] { $address }
    [one] { $address } y { $others } dirección más
   *[other] { $address } y { $others } direcciones más
}
still-used-by = { $others ->
    [0] { $address } lo sigue usando
    [one] { $address } y { $others } dirección más lo siguen usando
   *[other] { $address } y { $others } direcciones más lo siguen usando
}
was-used-by = { $others ->
    [0] { $address } lo usó después
    [one] { $address } y { $others } dirección más lo usaron después
   *[other] { $address } y { $others } direcciones más lo usaron después
}
cause-stopped-secret = Secreto `{ $hint }…` desactivado el { $time }; { $use }
cause-stopped-some-time = Secreto `{ $hint }…` desactivado; { $use }
cause-wrong-secret = Un secreto que nunca fue de esta cuenta, desde { $from }
cause-address = { $others ->
    [0] { $address } no está entre las direcciones permitidas
    [one] { $address } y { $others } dirección más no están permitidas
   *[other] { $address } y { $others } direcciones más no están permitidas
}
cause-too-many = Demasiados intentos fallidos, desde { $from }
why-stopped-secret = El secreto está desactivado
why-wrong-secret = El secreto nunca fue de esta cuenta
why-no-secret = No se envió ningún secreto
why-address = La dirección no está permitida
why-locked = El secreto es correcto, pero la cuenta está bloqueada
why-disabled = Esta entidad está desactivada
why-revoked = Las credenciales están revocadas
why-expired = Las credenciales han caducado
why-scope = Se pidió otro scope
why-grant-type = Se pidió un grant_type distinto de client_credentials
why-proof = Sin prueba de la clave, y esta entidad solo acepta tokens vinculados
why-nonce = La prueba no tenía un nonce vigente
why-too-many = Antes fallaron demasiados intentos
why-unavailable = Passgate no podía responder
remedy-current-secret = Ponga allí el secreto actual
remedy-copy-secret = Copie de nuevo el secreto
remedy-send-secret = Vea cómo se envía el secreto
remedy-allow-address = Permita la dirección o envíe desde otra
remedy-unlock = Desbloquee la cuenta
remedy-ask-operator = Consulte al operador de la plataforma
remedy-other-credential = Use otras credenciales
remedy-field = Vea qué acepta { $field }
remedy-schema = Vea qué acepta cada campo
remedy-scope = Pida { $scopes }
remedy-grant-type = Envíe client_credentials como grant_type
remedy-proof = Pida el token en /oauth/token, con una prueba DPoP nueva para cada solicitud.
remedy-nonce = Nada, si el cliente volvió a pedirlo con el nonce que recibió.
remedy-again = La solicitud era correcta: envíela de nuevo

## Uso
usage-lede = Cuántas veces pidieron un token los sistemas de { $entity }. Las horas y los días son UTC.
tokens-issued = Tokens emitidos
success-rate = Tasa de éxito
busiest-hour = Hora punta
busiest-day = Día punta
same-numbers = Las mismas cifras
hour-utc = Hora, UTC
day-utc = Día, UTC

## Actividad
activity-lede = Quién hizo qué en { $entity }. Nada de esto se puede cambiar ni borrar.
download-csv = Descargar CSV
csv-explained = El archivo CSV contiene las 10 000 entradas más recientes de la selección.
who = Quién
what = Qué
when = Cuándo
from-where = Procedencia
everything = Todo
kind-secrets = Credenciales y secretos
kind-settings = Ajustes
kind-sign-ins = Inicios de sesión
nothing-of-this-kind = Aún no hay nada de este tipo.
no-activity = Aún no ha pasado nada aquí.
entries = { $count ->
    [one] { $count } entrada
   *[other] { $count } entradas
}
operator-of-platform = Operador de la plataforma
by-itself = automáticamente
one-of-the-systems = Uno de sus sistemas
no-address = ninguna
not-shown = no se muestra

## Lo que dice un evento
event-unknown = Acción: `{ $action }`
event-entity-created = Registró la entidad
event-entity-updated = Cambió ajustes
event-entity-enabled = Activó la entidad
event-entity-disabled = Desactivó la entidad
event-configuration-imported = Importó una configuración
event-entity-viewed = Consultó estas páginas
event-parameter-set = Definió el parámetro { $name }
event-parameter-removed = Eliminó el parámetro { $name }
event-credential-generated = Generó las credenciales «{ $name }»
event-credential-regenerated = Regeneró la clave
event-credential-revoked = Revocó las credenciales
event-credential-locked = Bloqueó la cuenta
event-credential-unlocked = Desbloqueó la cuenta
event-secret-revealed = Mostró o copió el secreto `{ $hint }…`
event-secret-stopped = Desactivó el secreto anterior `{ $hint }…`
event-rotation-cancelled = Canceló la rotación
event-token-revoked = Revocó un token
event-credential-tokens-voided = Invalidó los tokens de las credenciales
event-entity-tokens-voided = Invalidó todos los tokens de la entidad
event-all-tokens-voided = Invalidó todos los tokens de todas las entidades
event-issued-until = Los emitidos hasta el { $time }
event-key-voided = Anuló una clave de firma y sus tokens
event-master-key-rotated = Rotó la clave maestra
event-master-key-retired = Retiró la clave maestra anterior
event-sealing-key-rotated = Cambió la clave que cifra los secretos guardados
event-key-created = Creó una clave de firma
event-key-rotated = Rotó las claves de firma
event-key-removed = Retiró una clave de firma
event-operator-token-created = Creó un token de operador
event-operator-token-revoked = Revocó un token de operador
event-setup-link-created = Creó un enlace de configuración
event-person-invited = Invitó a { $email }
event-invitation-withdrawn = Retiró la invitación de { $email }
event-person-joined = Aceptó la invitación
event-role-changed = Cambió el rol de { $email }
event-person-removed = Quitó a { $email }
event-password-changed = Cambió la contraseña
event-signed-in = Inició sesión
event-sessions-ended = Cerró las otras sesiones
event-of-client = Client Id `{ $client }`
event-subject = `{ $subject }`
event-locked-after = { $count ->
    [one] Tras { $count } solicitud fallida
   *[other] Tras { $count } solicitudes fallidas seguidas
}
event-goes-on = `{ $hint }…` sigue activo
event-stopped-and-goes-on = `{ $stopped }…` desactivado, `{ $kept }…` sigue activo
event-old-stopped = Secreto anterior desactivado de inmediato
event-old-stops-at = Secreto anterior válido hasta el { $time }
event-tokens-stopped = Tokens ya emitidos invalidados
event-as = Rol: { $role }
event-changed = { $fields }
field-identifier = Identificador
field-name = Nombre
field-description = Descripción
field-scopes = Scopes
field-settings = Ajustes
field-unknown-parameters = Parámetros desconocidos
field-grace = Tiempo que sigue activo un secreto anterior
field-voids-tokens = Qué pasa con los tokens al regenerar la clave
field-most-credentials = Número máximo de pares
field-resources = Recursos

## Miembros
people-lede = Quién puede abrir estas páginas de { $entity }. Las demás entidades no se ven aquí.
person = Persona
role = Rol
role-owner = Propietario
role-developer = Desarrollador
role-viewer = Lector
role-owner-explained = Puede todo lo que puede un desarrollador y gestiona los miembros.
role-developer-explained = Genera, muestra y regenera secretos, envía solicitudes, cambia ajustes.
role-viewer-explained = Lo ve todo salvo los secretos, no cambia nada.
last-seen = Última visita
not-lately = No recientemente
comma-you = , usted
invited = Invitación pendiente
invitation-over = Invitación caducada
valid-until = Válida hasta el { $time }
ran-out-on = El { $time }
nobody-yet = Nadie pertenece aún a esta entidad. El operador de la plataforma invita al primer propietario.
change-role = Cambiar rol
change-role-of = Cambiar el rol de { $name }
remove = Quitar
remove-person = Quitar a { $name } de { $entity }
remove-explained = Desde ahora, { $name } ya no puede abrir estas páginas. Lo que hizo queda en «Actividad».
remove-you-explained = Se trata de usted: desde ahora ya no puede abrir las páginas de { $entity }.
yes-remove = Sí, quitar
last-owner = Debe haber al menos un propietario. Dé antes ese rol a otra persona.
withdraw = Retirar
invite-a-person = Invitar a una persona
send-invitation = Enviar invitación
roles-explained = Un propietario puede hacerlo todo aquí. Un desarrollador puede hacerlo todo salvo gestionar los miembros. Un lector lo ve todo salvo los secretos y no cambia nada. Una invitación es válida durante 48 horas.
invited-no-mail = La invitación de { $email } está lista. Esta instalación no envía correos: haga llegar el enlace por otro medio.
invited-mail-failed = { $email } tiene invitación, pero no se pudo enviar el correo. Reenvíela en un minuto o pregunte al operador de la plataforma.
pass-on-link = Funciona una vez, durante 48 horas, y solo se muestra ahora.
invitation-link = el enlace de invitación
only-owners = Solo los propietarios de { $entity } pueden invitar y quitar personas y cambiar roles.
ask-owners = Consulte a { $names }.

## Operador: palabras de varias páginas
op-none = ninguna
op-identifier = Identificador
op-description = Descripción
op-entity = Entidad
op-locked = Bloqueado
op-expired = Caducado
op-without-credentials = Sin credenciales
op-old-stops = Secreto anterior hasta el { $time }
op-not-yet = Aún no
op-secret-made = Secreto creado
op-last-token = Último token
op-requests-24 = Solicitudes, 24 h
op-share-failed = { $share } fallidas
op-import = Importar
op-restore = Reactivar
op-was-changed = Otra persona ha cambiado esto entretanto.
op-was-changed-explained = Lo que escribió sigue aquí. Guarde de nuevo para reemplazar la otra versión, o abra otra vez la página para verla.

## Operador: miembros, invitaciones
op-role-of = Rol de { $name }
op-last-here = Última visita
op-invite = Invitar
op-roles-explained = Un propietario gestiona credenciales, ajustes y miembros. Un desarrollador gestiona credenciales y ajustes. Un lector lo ve todo salvo los secretos y no cambia nada. La invitación es válida durante 48 horas.
op-pass-this-link-on = Haga llegar este enlace a { $email }.
op-no-mail-server = Esta instalación no envía correos.
op-mail-failed = El servidor de correo no aceptó el mensaje.
op-link-shown-once = El enlace solo se muestra ahora y funciona una vez, durante 48 horas. Quien lo tenga puede unirse.
op-the-link = el enlace

## Operador: entidades
op-entities-lede = Las empresas y departamentos cuyos sistemas pueden pedir tokens aquí.
op-create-entity = Crear entidad
op-create-first = Crear una entidad
op-no-entities = Aún no hay entidades
op-no-entities-explained = Una entidad es un cliente o un departamento de un cliente. Cree la primera e invite a sus miembros: ellos mismos generan sus credenciales.
op-step-create = Crear una entidad
op-step-create-explained = Un nombre, un identificador y para qué son sus tokens.
op-step-define = Definir sus parámetros
op-step-define-explained = Lo que pueden llevar sus solicitudes de token. Dos existen desde el principio.
op-step-invite = Invitar a sus miembros
op-step-invite-explained = Generan el par y envían su primera solicitud.
op-step-watch-explained = La lista muestra quién obtiene tokens y quién falla.
op-search = Buscar
op-search-entities = Nombre, identificador o Client Id
op-all = Todas
op-entities-by-name = Entidades ordenadas por nombre
op-nothing-found = Sin resultados
op-nothing-found-explained = Ninguna entidad coincide con la búsqueda y la pestaña. Un Client Id tiene que estar completo.
op-on-this-page = { $count ->
    [one] { $count } entidad en esta página
   *[other] { $count } entidades en esta página
}
op-first-page = Primera página
op-next-page = Página siguiente
notice-entity-created = Entidad creada. Invite ahora a sus miembros.
notice-entity-disabled = Entidad desactivada.
notice-entity-restored = Entidad reactivada.

## Operador: una entidad
op-create-lede = Una empresa cliente o uno de sus departamentos. Sus miembros no ven nada de las demás entidades.
op-create-note = Empieza con los parámetros `grant_type` y `scope`, y sin credenciales.
op-name-help = Como máximo 50 caracteres.
op-identifier-help = Los tokens lo llevan: no lo cambie. Como máximo 64 caracteres de A-Z a-z 0-9 _ . -
op-scopes = Scopes, uno por línea
op-scopes-help = Un scope consta de una o más palabras. Una solicitud pide todas las palabras de un scope.
op-most-credentials = Pares de credenciales, como máximo
op-most-credentials-help = De 1 a 1 000
op-resources = Recursos, uno por línea
op-resources-help = URL de las API, además de la predeterminada, para las que puede emitirse un token, por ejemplo https://api.example.com/orders. Una solicitud indica una en el parámetro resource.
op-unknown-parameter = Una solicitud con un parámetro desconocido
op-unknown-refused = se rechaza con 412
op-unknown-ignored = se acepta; el parámetro se ignora
op-view-as = Ver como la entidad
op-parameters = Parámetros
op-disabled-explained = Sus solicitudes de token reciben 401 y sus tokens no son válidos.
op-name-and-limits = Nombre y límites
op-last-changed = Último cambio: { $time }.
op-no-credentials = Aún no hay credenciales. Las generan sus miembros.
op-tokens = Tokens
op-no-people = Nadie puede abrir aún las páginas de esta entidad. Invite a su primer propietario.
op-move-and-stop = Exportar o desactivar
op-export = Exportar
op-export-explained = Nombre, scopes, ajustes y parámetros en un solo archivo JSON. No contiene ningún secreto.
op-disable = Desactivar
op-disable-named = Desactivar { $name }
op-disable-explained = Todas las solicitudes de token reciben 401 y los tokens ya emitidos dejan de ser válidos. Puede reactivarla.
op-restore-named = Reactivar { $name }
op-restore-explained = Sus credenciales se aceptan de nuevo desde la próxima solicitud.
op-disable-ask = Solicitudes de token en las últimas 24 horas: { $requests }.
op-disable-requests = Todas las solicitudes de token reciben **401** desde ahora.
op-disable-tokens = Los tokens ya emitidos **dejan de ser válidos en 2 segundos** donde se comprueban por introspección. Una API que solo comprueba la firma los acepta hasta que caducan.
op-write-to-confirm = Escriba `{ $identifier }` para confirmar
op-yes-disable = Sí, desactivar

## Operador: importación
op-import-here = Importar en esta entidad
op-import-here-explained = Reemplaza nombre, descripción, scopes, ajustes y parámetros: todo o nada. El identificador, el estado, las credenciales y los miembros no cambian.
op-import-new = Importar una entidad
op-import-new-lede = Crea una entidad a partir de una configuración exportada.
op-import-whole = Se importa todo o nada.
op-configuration = Configuración
op-import-help = Pegue el JSON de una configuración exportada.

## Operador: parámetros
op-parameters-of = Parámetros, { $name }
op-parameters-lede = Lo que puede llevar una solicitud de token de { $name }. La página, la comprobación y los claims del token siguen esta lista.
op-add-parameter = Añadir parámetro
op-new-parameter = Parámetro nuevo
op-string-needed = string, obligatorio
op-fixed = Fijo
op-edit = Editar
op-name-stays = Para renombrarlo, añada otro y elimine este.
op-parameter-name-help = Su nombre en una solicitud: como máximo 64 caracteres de A-Z a-z 0-9 _ . -
op-type = Tipo
op-required = Obligatorio
op-required-explained = Una solicitud sin él se rechaza con 412.
op-values = Valores permitidos
op-values-only = solo para «valor de una lista»
op-values-help = Uno por línea.
op-numbers-only = solo para números
op-strings-only = solo para string
op-minimum = Mínimo
op-maximum = Máximo
op-min-length = Longitud mínima
op-max-length = Longitud máxima
op-pattern = Patrón
op-pattern-help = Una expresión regular sin look-around; delimítela con ^ y $.
op-example = Ejemplo
op-default = Valor por defecto
op-claim = Claim del token
op-claim-help = El claim que lleva el valor a sus API. Sin claim, el valor se comprueba y se descarta.
op-remove-named = Eliminar { $name }
op-remove-refused = Una solicitud que aún lo envíe se rechaza con 412.
op-remove-ignored = Una solicitud que aún lo envíe se acepta; el valor se ignora.
op-discard = Descartar
op-preview = Vista previa
op-save-parameter = Guardar parámetro
op-live-when-saved = Se aplica al guardar, desde la próxima solicitud.
op-will-see = Lo que verá { $name }
op-follows = Cambia mientras escribe.
op-as-saved = Tal como está guardado.
notice-parameter-saved = Parámetro guardado. Se aplica desde la próxima solicitud.
notice-parameter-removed = Parámetro eliminado.
op-view-412 = 412
op-view-token = Token
op-faulty = Esta definición aún no es válida.
op-nothing-refused = Esto no hace que se rechace ninguna solicitud.
op-claims = Claims del token
op-not-carried = El token no lleva el valor: no se ha indicado ningún claim.
op-no-example = No se puede crear un ejemplo que la definición acepte. Indique uno adecuado.

## Operador: claves de firma
op-keys-lede = Passgate firma todos los tokens con una sola clave. La siguiente se publica antes de firmar, para que ninguna API encuentre una clave desconocida.
op-rotate = Rotar ahora
op-next-is-new = La clave siguiente puede firmar desde el { $time }.
op-next-is-new-explained = Es tan reciente que algunas API pueden tener una lista de claves sin ella.
op-key-id = Id de clave
op-kind = Algoritmo
op-published-until = Publicada hasta el
op-published = Publicada el
op-open = Sin fecha
op-key-next = Siguiente
op-key-next-explained = Publicada, aún no firma
op-key-signing = En uso
op-key-retiring = Por retirar
op-key-retiring-explained = Solo comprueba tokens antiguos
op-key-gone = Retirada
op-where-keys-are = Dónde encuentran las API las claves
op-address-of-keys = la dirección de las claves
op-keys-note = Las API pueden conservar la lista 5 minutos. Una clave por retirar desaparece 25 horas después de dejar de firmar.
op-rotate-title = Rotar la clave de firma
op-rotate-ask = La clave siguiente empieza a firmar y se crea una nueva clave siguiente.
op-rotate-apis = Las API ya conocen la clave siguiente y **no notan nada**.
op-rotate-tokens = Los tokens ya emitidos **siguen siendo válidos** hasta que caducan.
op-too-early = La clave siguiente puede firmar desde el { $time }: algunas API pueden tener aún una lista de claves sin ella.
op-too-early-refused = Hasta entonces, una API así **rechaza todo token nuevo** con 401. Rote ahora solo si alguien más conoce la clave actual.
op-rotate-anyway = Rotar de todos modos
op-yes-rotate = Sí, rotar
op-rotated-by-hand = Las claves solo se rotan a mano.
op-rotated-every = { $count ->
    [one] Otra clave firma cada día.
   *[other] Otra clave firma cada { $count } días.
}
op-void-key = Anular
op-void-key-title = Anular una clave de firma
op-void-key-ask = Para una clave que quizá conozca otra persona:
op-void-key-tokens = Todos los tokens que firmó se **rechazan desde ahora**, también los legítimos.
op-void-key-next = Si es la que firma, la clave siguiente firma **de inmediato**.
op-void-key-cached = Una API que conserva la lista de claves puede aceptar sus tokens **5 minutos más**.
op-void-key-yes = Sí, anularla
op-revocation-lede = Detenga tokens antes de que caduquen, sea como sea que se filtraron.
op-revoke-token = Revocar un token
op-the-token = Token
op-revoke-token-explained = El token entero. Se lee aquí y no se guarda en ningún sitio.
op-revoke-button = Revocar el token
op-void-all = Invalidar todos los tokens
op-void-all-explained = Todos los tokens de todas las entidades emitidos hasta ahora. Las credenciales siguen funcionando y obtienen otros.
op-all-void-before = Los tokens emitidos hasta el { $time } están invalidados.
op-void-all-ask = Cada integración tiene que pedir un token nuevo.
op-void-until = Emitidos hasta
op-void-until-help = UTC, por ejemplo 2026-01-31T12:00:00Z. Vacío significa ahora.
op-revocation-note = Los tokens de una entidad se invalidan en su página; los de un secreto o de unas credenciales, en Generate Credentials.
op-void-entity-named = Invalidar los tokens de { $name }
op-void-entity-explained = Los tokens emitidos hasta ahora dejan de valer. Las credenciales siguen funcionando y obtienen otros.

## Operador: actividad
op-activity-lede = Quién hizo qué en esta instalación. Nada de esto se puede cambiar sin que se note.
op-identifier-of = Identificador de una entidad
op-when = Cuándo, UTC
op-no-such-entity = Entidad desconocida
op-no-events = Aquí no hay nada
op-no-events-filtered = Ninguna entrada coincide con este filtro.
op-no-events-yet = Aquí aparece lo que hacen los miembros y los operadores.
op-events-on-this-page = { $count ->
    [one] { $count } entrada en esta página
   *[other] { $count } entradas en esta página
}
op-newest = Las más recientes
op-actor-client = Cliente
op-actor-cli = Línea de comandos
op-actor-system = Automático
op-did-something = Acción: { $action }
op-did-entity-created = Creó una entidad
op-did-entity-updated = Cambió una entidad
op-did-parameter-set = Guardó un parámetro
op-did-parameter-removed = Eliminó un parámetro
op-did-credential-generated = Generó credenciales
op-did-credential-regenerated = Regeneró una clave
op-did-credential-revoked = Revocó credenciales
op-did-credential-locked = Bloqueó una cuenta
op-did-credential-unlocked = Desbloqueó una cuenta
op-did-key-rotated = Rotó la clave de firma
op-did-operator-token-created = Creó un token de operador
op-did-secret-revealed = Mostró un secreto
op-did-secret-stopped = Desactivó un secreto
op-did-rotation-cancelled = Canceló una rotación
op-did-person-invited = Invitó a una persona
op-did-invitation-withdrawn = Retiró una invitación
op-did-role-changed = Cambió un rol
op-did-person-removed = Quitó a una persona
op-did-password-changed = Cambió una contraseña
op-did-sessions-ended = Cerró sesiones
op-did-entity-viewed = Vio una entidad como sus miembros

## Operador: operadores
op-operators-lede = Quién gestiona esta instalación. Los operadores gestionan todas las entidades, pero no ven ningún secreto.
op-last-operator = Debe haber al menos un operador. Invite a otro antes de quitar a este.
op-invite-operator = Invitar a un operador
op-operator-explained = Un operador puede hacerlo todo aquí. La invitación es válida durante 48 horas.
op-operator-tokens = Tokens de operador
op-tokens-explained = Con un token, un programa usa la API de administración igual que un operador. Todos caducan.
op-no-tokens = No hay tokens de operador. Cree uno si un programa debe gestionar entidades.
op-create-token = Crear token de operador
op-token-name-help = Para qué programa es.
op-days = Validez en días
op-days-help = De 1 a 366
op-new-token = Token de operador nuevo
op-ends = Caduca el
op-ended = Caducado
op-revoke = Revocar
notice-token-revoked = Token de operador revocado.

## Operador: estado del servicio
op-health-lede = Lo que esta instalación necesita para emitir tokens. Comprobado ahora mismo, UTC:
op-check-again = Comprobar de nuevo
op-all-well = Todo está listo.
op-version = Versión
op-disabled-ones = Desactivadas
op-in-memory = Credenciales en memoria
op-parts = Componentes
op-part = Componente
op-state = Estado
op-ready = Listo
op-attention = Por revisar
op-away = No disponible
op-signs-and-next = `{ $signing }` firma, `{ $next }` es la siguiente
op-database = Base de datos
op-database-detail = { $kind }, conexiones: { $open }, de ellas inactivas: { $idle }
op-following = Cambios de otros nodos
op-following-detail = Registro leído hasta el final hace { $millis } ms
op-clock = Reloj
op-clock-detail = { $time } en esta máquina. Compárelo con el suyo: los tokens llevan esta hora.
op-mail = Correo
op-mail-set = Hay un servidor de correo definido
op-mail-not-set = No hay servidor de correo definido: los enlaces se muestran para entregarlos a mano y nadie puede restablecer una contraseña. Defina `smtp_url` y `mail_from`.
op-public-url = URL pública
op-url-secure = { $url }
op-url-plain = { $url } no es HTTPS: los secretos y las sesiones viajan sin cifrar. Defina `public_url`.
op-health-note = Los programas consultan `/readyz` y `/metrics`.

## Rotation as a process
told-leaked-none = **El secreto `{ $hint }…` de «{ $name }» fue denunciado como filtrado el { $time } y desactivado. Ningún secreto suyo funciona ahora.** Regenere la clave y averigüe cómo se filtró.
told-leaked = **El secreto `{ $hint }…` de «{ $name }» fue denunciado como filtrado el { $time } y desactivado.** Otro sigue funcionando. Averigüe cómo se filtró.
told-ending = **El secreto `{ $hint }…` de «{ $name }» termina el { $time }.** Regenere la clave antes.
told-ended = **El secreto `{ $hint }…` de «{ $name }» terminó el { $time }: las solicitudes con él reciben 401.** Regenere la clave.
told-safe = **El secreto anterior `{ $hint }…` de «{ $name }» ya no se usa.** Puede desactivarlo sin riesgo.
new-begins-at = **El secreto nuevo se acepta a partir del { $time }.**
new-begins-explained = Hasta entonces sus sistemas usan el anterior. Prepare el nuevo para que cambien en ese momento.
rotation-safe = Se puede desactivar sin riesgo: el anterior ya no se usa
rotation-new-unused = El secreto nuevo aún no se ha usado
rotation-wait = El anterior no se ha usado hasta ahora; sin riesgo tras { $span } de silencio
leaked = Filtrado
ended = Terminado
begins-on = Funciona a partir del { $time }
report-leak = Quien encuentre un secreto suyo puede desactivarlo sin cuenta, enviándolo como `client_secret`:
new-works-from = El secreto nuevo funciona a partir de
new-works-from-help = En UTC, como máximo 7 días por delante; vacío: de inmediato. El tiempo elegido arriba empieza entonces.
new-ends = Fin del secreto nuevo
new-ends-help = En UTC; vacío: nunca. Se le avisa 30, 7 y 1 días antes.
new-ends-help-days = En UTC; vacío: tras { $count } días, el máximo. Se le avisa 30, 7 y 1 días antes.
short-not-yet = secreto aún no válido
short-secret-expired = secreto terminado
why-not-yet = El secreto es correcto, pero aún no se acepta
why-secret-expired = El secreto es correcto, pero ha terminado
remedy-previous-secret = Use hasta entonces el secreto anterior
remedy-regenerate = Regenere la clave
event-secret-ending = Recordó que el secreto `{ $hint }…` termina
event-secret-leaked = Desactivó el secreto `{ $hint }…`, denunciado como filtrado
event-secret-ends-at = El secreto termina el { $time }
event-secret-begins-at = El secreto se acepta a partir del { $time }
event-reported-from = Denunciado desde { $address }
event-found-at = Encontrado aquí, según la denuncia: { $place }
field-secret-lifetime = Cuánto vive un secreto
op-secret-lifetime = Un secreto nuevo vive, días como máximo
op-secret-lifetime-help = De 1 a 3 650; vacío: sin fin. Los secretos existentes conservan su fin.
op-ending = Secreto termina pronto
op-secret-ends = El secreto termina: { $time }
op-did-secret-ending = Recordó el fin de un secreto
op-did-secret-leaked = Desactivó un secreto filtrado
# The audit log
download-json-lines = Descargar JSON lines
filter-who = Nombre o correo de quien lo hizo
filter-from = Desde este día (UTC)
filter-to = Hasta este día (UTC)
op-chain = Dónde termina la cadena
op-chain-explained = Cada entrada lleva el resumen criptográfico de la anterior. Guarde este número y este resumen fuera de esta instalación: `passgate audit verify --from-anchor` demuestra con ellos que nada se ha cambiado hasta aquí.
op-chain-removed = Las entradas hasta el número { $seq } se han eliminado por su antigüedad.

# Quotas
short-quota = cuota agotada
why-quota = Ya se habían emitido todos los tokens de esta hora o de este día
remedy-quota = Conserve un token hasta que termine, en lugar de pedir uno en cada llamada
field-quota = Cuota
event-quota-hour = Se usó el { $percent } % de los tokens de una hora
event-quota-day = Se usó el { $percent } % de los tokens de un día
quota-hour = Se han usado { $used } de los { $limit } tokens de esta hora (UTC)
quota-day = Se han usado { $used } de los { $limit } tokens de este día (UTC)
quota-soon = Por encima del límite, las solicitudes se rechazan hasta la hora o el día siguiente. Conserve un token hasta que termine o pida más al operador de la plataforma.
quota-spent = Las solicitudes se rechazan hasta la hora o el día siguiente. Conserve un token hasta que termine o pida más al operador de la plataforma.
quota-dry-run = El límite está a prueba: no se rechaza nada.
op-did-quota-reached = Advirtió que se ha usado gran parte de una cuota:
op-quota-over = Se habrían rechazado { $count } tokens de las últimas 24 horas
op-tokens-per-hour = Tokens por hora (UTC), como máximo
op-tokens-per-day = Tokens por día (UTC), como máximo
op-quota-help = Vacío: sin límite
op-quota-dry-run = Solo probar estos límites: anotar lo que se rechazaría, sin rechazar nada
## Autenticación del cliente
notice-authentication-changed = La autenticación del cliente ha cambiado
client-authentication = Autenticación del cliente
client-authentication-lede = Cómo **{ $name }** demuestra que es suyo. Solo se acepta la forma elegida aquí, desde la próxima solicitud.
secrets-forbidden = Sus ajustes de seguridad prohíben los secretos: unas credenciales que se demuestran con su Client Secret no obtienen ningún token.
now-proves-itself = Ahora con
way-to-prove = Forma de demostrarlo
one-way-at-a-time = Mientras no sea el Client Secret, el secreto se rechaza y se guarda por si vuelve a él.
auth-secret = Client Secret
auth-secret-explained = El secreto de esta página, en los dos puntos de acceso.
auth-private-key-jwt = Aserción firmada (private_key_jwt)
auth-private-key-jwt-explained = Su sistema firma una breve declaración con una clave privada que nunca sale de él.
auth-tls = Certificado de una autoridad (tls_client_auth)
auth-tls-explained = Su sistema presenta un certificado de la autoridad de la plataforma. Los tokens solo valen junto con él.
auth-self-signed = Certificado propio (self_signed_tls_client_auth)
auth-self-signed-explained = Su sistema presenta un certificado registrado aquí. Los tokens solo valen junto con él.
auth-not-here = El operador de la plataforma no lo ha preparado.
public-keys = Claves públicas
public-keys-explained = Para una aserción firmada. ES256, EdDSA, RS256 o PS256; RSA desde 2048 bits. No pegue nunca una clave privada.
jwks-label = JWK Set, o claves públicas en PEM
jwks-uri-label = O la URL https de su JWK Set
client-certificate = Certificado
client-certificate-explained = Para el certificado de una autoridad, su nombre; para uno propio, el certificado mismo.
subject-kind = Tipo de nombre
subject-dn = Sujeto (DN)
subject-dns = Nombre DNS
subject-uri = URI
subject-ip = Dirección IP
subject-email = Correo electrónico
subject-label = Nombre, al pie de la letra
certificates-label = Certificados en PEM, o huellas SHA-256, una por línea
thumbprint = Huella SHA-256
what-an-assertion-says = Qué dice una aserción firmada
claim = Campo
assertion-exp = como máximo 300 segundos desde ahora
assertion-jti = otro distinto cada vez
assertion-goes-to = Va a `{ $url }` como `client_assertion`, con `client_assertion_type`.
plain-secrets = Secretos
plain-secrets-explained = Quien encuentra un secreto puede usarlo. Una aserción firmada o un certificado no se copian de una solicitud.
forbid-plain-secrets = Rechazar todos los secretos
would-refuse-secrets = No obtiene ningún token mientras esto esté activo: { $names }. Elija antes otra forma en la página de credenciales.
short-secret-not-accepted = secreto no aceptado
short-assertion = aserción rechazada
short-certificate = certificado rechazado
why-secret-not-accepted = El secreto es correcto, pero estas credenciales o sus ajustes de seguridad no aceptan secretos
why-wrong-assertion = La aserción no está firmada con una clave registrada
why-wrong-certificate = El certificado no es el registrado
why-assertion-audience = El aud de la aserción no es exactamente el emisor
why-assertion-ended = La aserción había terminado
why-assertion-too-long = La aserción dura más de 300 segundos
why-assertion-not-yet = La aserción lleva una fecha futura
why-assertion-replayed = La aserción ya se había usado
why-assertion-incomplete = A la aserción le falta exp o jti
remedy-client-authentication = Vea cómo se demuestran estas credenciales
event-authentication-changed = Cambió la forma de demostrar las credenciales a `{ $method }`
op-did-authentication-changed = Cambió la forma de demostrar unas credenciales
get-without-secret = Estas credenciales no aceptan secretos: la solicitud de abajo recibe 401. Su forma de demostrarse va a /oauth/token.
