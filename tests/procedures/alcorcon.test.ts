import { describe } from 'vitest';
import { type Fact, holdToSeed } from './seed.ts';

const AGREEMENT =
  "La mairie d'Alcorcón, par le biais d'un accord avec l'autorité de certification Camerfirma, facilite l'obtention gratuite de certificats numériques de personnes physiques aux citoyens qui en font la demande.";
const VALID = 'Ces certificats sont valables quatre ans';
const FIRST_TIME = "Cette étape n'est requise que la première fois que vous demandez un certificat numérique.";
const LATER =
  "En cas de renouvellements successifs, il ne sera pas nécessaire de se rendre en Mairie (tant que l'attestation n'est pas expirée, auquel cas vous devez recommencer la procédure de demande depuis le début).";
const OFFICE =
  "Pour cela, vous devez vous présenter au bureau d'enregistrement municipal (situé sur la Plaza de Los Reyes de España, s/n, rez-de-chaussée), muni de l'original de votre pièce d'identité et d'une photocopie de celle-ci pendant les heures de bureau (voir pied de page ).";
const OTHER_NAME = "Une fois votre demande validée par le bureau d'état civil municipal";
const APPOINTMENT =
  "Il sera indispensable de demander un rendez-vous (Voici le lien pour demander un rendez-vous lorsque nous l'aurons) pour effectuer cette démarche.";
const LINK = 'vous recevrez un e-mail avec un lien pour télécharger votre certificat.';
const DOWNLOAD_CODE =
  'Dans ce processus, vous devez entrer le code de téléchargement que vous avez obtenu lors de la première étape effectuée.';
const CONFIRM =
  'Vous recevrez ensuite un e-mail de "AC Camerfirma" pour confirmer votre demande et obtenir le code de téléchargement.';
const ACTIVATION_PIN =
  "Après avoir téléchargé le certificat, vous recevrez un nouvel e-mail avec le code PIN d'activation, nécessaire pour l'installer sur vos ordinateurs personnels.";
const SECOND_PIN =
  "Vous recevrez également un deuxième code PIN pour, le cas échéant, la révocation ou l'annulation du certificat.";
const PASSWORD =
  "Il est fortement recommandé de protéger l'installation du certificat sur vos ordinateurs personnels par un mot de passe fort .";
const NOTICE =
  "Un mois avant l'expiration du certificat, vous recevrez un e-mail vous informant que vous pouvez désormais procéder à la demande de son renouvellement.";
const ONLINE =
  "Cela se fait par voie électronique à l'aide de l'attestation toujours en vigueur, et il n'est pas nécessaire que vous vous rendiez à la mairie pour vérifier votre identité, comme cela a déjà été fait auparavant.";
const BEFORE_END =
  "Pour votre commodité, il est pratique que vous effectuiez cette démarche avant l'expiration du certificat car sinon vous devriez effectuer la démarche comme s'il s'agissait d'une nouvelle demande et vous devriez vous rendre à la mairie.";
const MEANING = 'La révocation ou le retrait signifie annuler la validité du certificat et il ne peut plus être utilisé.';
const LOSS = 'La révocation doit être effectuée lorsque nous perdons le contrôle des clés en raison de la perte ou du vol.';
const MORE = 'Vous pouvez trouver des informations supplémentaires et des conseils de sécurité sur : camerfirma.com';
const FILE =
  "Un certificat numérique est un fichier signé électroniquement par une entité de certification qui prouve l'identité du titulaire et lui associe une paire de clés : une publique et une privée (cette dernière détenue uniquement par le titulaire du certificat).";

const SPAIN: Fact = ['country', 'Espagne', 'Plaza de Los Reyes de España'];
const WHOSE: readonly Fact[] = [
  ['issuer', 'AC Camerfirma', 'AC Camerfirma'],
  ['programme', "Mairie d'Alcorcón", AGREEMENT],
  SPAIN,
];
const CAMERFIRMA: readonly Fact[] = [
  ['contacts.camerfirma', 'Camerfirma', "l'autorité de certification Camerfirma"],
  ['contacts.camerfirma.url', 'https://camerfirma.com', MORE],
  ['contacts.camerfirma.note', 'Informations supplémentaires et conseils de sécurité.', MORE],
];
const REGISTRY: readonly Fact[] = [
  ['contacts.registry', "Bureau d'enregistrement municipal", OFFICE],
  ['contacts.registry.address.0', "Mairie d'Alcorcón", "la mairie d'Alcorcón doit vérifier sans équivoque votre identité."],
  ['contacts.registry.address.1', 'Plaza de Los Reyes de España, s/n', OFFICE],
  [
    'contacts.registry.note',
    'Rez-de-chaussée, pendant les heures de bureau. La page renvoie à son pied de page pour les heures ; elles ne sont pas dans le texte.',
    OFFICE,
  ],
];
const SOURCE: readonly Fact[] = [
  ['sources.town-hall-page', "Mairie d'Alcorcón : Certificats numériques", 'Certificats numériques', "La mairie d'Alcorcón"],
  ['sources.town-hall-page.dates', 'sans date', '= the page carries no date'],
  ['sources.town-hall-page.note', 'La page dans sa version française.', '= the page is in French'],
];
const TWO_NAMES =
  "La page donne deux noms au bureau : « bureau d'enregistrement municipal » et « bureau d'état civil municipal ».";
const WINDOW = "à partir d'un mois avant l'expiration, et seulement tant qu'il est en vigueur";

const OBTAIN: readonly Fact[] = [
  [
    'title',
    "Obtenir un certificat Camerfirma par la mairie d'Alcorcón",
    "Obtention d'un certificat numérique d'une personne physique",
    AGREEMENT,
  ],
  ...WHOSE,
  ['purpose', 'obtain', "La procédure d'obtention d'un certificat numérique"],
  ['pathway', 'in_person', "Vérification d'identité en face à face"],
  [
    'summary.0',
    "Un certificat numérique est un fichier signé électroniquement par une entité de certification ; il prouve l'identité du titulaire et lui associe une paire de clés : une publique et une privée, détenue par lui seul.",
    FILE,
  ],
  [
    'summary.1',
    "Par la signature électronique, il garantit l'intégrité des contenus échangés entre les parties.",
    "De même, les certificats numériques grâce au procédé de signature électronique garantissent l'intégrité des contenus échangés entre les parties concernées.",
  ],
  ['summary.2', 'Il existe différents types de certificats numériques.', 'Il existe différents types de certificats numériques.'],
  [
    'summary.3',
    "C'est un certificat de personne physique, utilisé par les citoyens pour les démarches électroniques à titre personnel.",
    "Celles d'une personne physique sont utilisées pour les démarches électroniques effectuées à titre personnel par les citoyens.",
  ],
  [
    'summary.4',
    "Par un accord avec l'autorité de certification Camerfirma, la mairie d'Alcorcón en facilite l'obtention aux citoyens qui en font la demande.",
    AGREEMENT,
  ],
  [
    'summary.5',
    'Il peut être utilisé avec les administrations publiques (siège électronique ou portail citoyen de la mairie, agence fiscale, sécurité sociale) et avec des entités privées (banque en ligne, etc.).',
    "et peuvent être utilisés à la fois avec les services électroniques des administrations publiques (tels que ceux offerts par la mairie d'Alcorcón via son siège électronique ou son portail citoyen, l'agence fiscale ou la sécurité sociale) et avec des entités privées (sur- ligne bancaire, etc.).",
  ],
  [
    'summary.6',
    'Il y a quatre étapes simples, à effectuer consécutivement.',
    "La procédure d'obtention d'un certificat numérique consiste en quatre étapes simples qui doivent être effectuées consécutivement :",
  ],
  [
    'cautions.0',
    "La page dit le rendez-vous indispensable, et qu'elle donnera le lien pour le demander lorsqu'elle l'aura.",
    APPOINTMENT,
  ],
  ['cautions.1', TWO_NAMES, OFFICE, OTHER_NAME],
  [
    '1 request',
    'Demandez le certificat : ouvrez la page de demande dans votre navigateur et remplissez les informations demandées.',
    "Accédez à l'adresse suivante depuis votre navigateur et remplissez les informations demandées",
  ],
  ['1 request.who', 'holder', 'depuis votre navigateur'],
  ['1 request.channel', 'web', 'depuis votre navigateur'],
  ['1 request.contact', 'request-page', 'Demande de certificat'],
  [
    '1 request.details.0',
    'Si vous ne recevez aucun e-mail, vérifiez votre dossier « Spam ».',
    '(Si vous ne recevez aucun e-mail, vérifiez votre dossier "Spam"',
  ],
  [
    '1 request.waitsFor',
    'issuer: Un e-mail de « AC Camerfirma », pour confirmer votre demande et obtenir le code de téléchargement.',
    CONFIRM,
  ],
  [
    '2 identity-check',
    "Présentez-vous au bureau d'enregistrement municipal pour la vérification d'identité en face à face.",
    "- Vérification d'identité en face à face",
    OFFICE,
  ],
  ['2 identity-check.who', 'holder', 'vous devez vous présenter'],
  ['2 identity-check.channel', 'in_person', 'vous devez vous présenter'],
  ['2 identity-check.after', '1', "Une fois le certificat demandé, comme indiqué à l'étape précédente"],
  ['2 identity-check.contact', 'registry', OFFICE],
  [
    '2 identity-check.details.0',
    'La mairie doit vérifier sans équivoque votre identité.',
    "la mairie d'Alcorcón doit vérifier sans équivoque votre identité.",
  ],
  [
    '2 identity-check.details.1',
    "Cette étape n'est requise que la première fois que vous demandez un certificat numérique.",
    FIRST_TIME,
  ],
  [
    '2 identity-check.details.2',
    "En cas de renouvellements successifs, inutile de vous rendre en mairie tant que le certificat n'est pas expiré ; sinon, vous recommencez la demande depuis le début.",
    LATER,
  ],
  ['2 identity-check.needs.identity-document', "L'original de votre pièce d'identité", OFFICE],
  ['2 identity-check.needs.identity-copy', 'Une photocopie de celle-ci', OFFICE],
  ['2 identity-check.needs.appointment', 'Un rendez-vous, indispensable', APPOINTMENT],
  [
    '2 identity-check.waitsFor',
    'registration_office: Le bureau valide votre demande ; un e-mail vous apporte alors le lien pour télécharger le certificat.',
    OTHER_NAME,
    LINK,
  ],
  [
    '3 download',
    "Téléchargez le certificat par le lien de l'e-mail et entrez le code de téléchargement.",
    '- Téléchargement du certificat',
    LINK,
    DOWNLOAD_CODE,
  ],
  ['3 download.who', 'holder', 'vous devez entrer le code de téléchargement'],
  ['3 download.channel', 'web', 'un lien pour télécharger votre certificat'],
  ['3 download.after', '2', OTHER_NAME],
  ['3 download.needs.download-code', 'Le code de téléchargement obtenu lors de la première étape', DOWNLOAD_CODE],
  [
    '3 download.waitsFor',
    "issuer: Un nouvel e-mail avec le code PIN d'activation, et un deuxième code PIN pour la révocation ou l'annulation du certificat.",
    ACTIVATION_PIN,
    SECOND_PIN,
  ],
  [
    '4 activation',
    "Installez le certificat sur vos ordinateurs personnels avec le code PIN d'activation.",
    '- Activation du certificat',
    ACTIVATION_PIN,
  ],
  ['4 activation.who', 'holder', 'vos ordinateurs personnels'],
  ['4 activation.channel', 'software', "l'installer sur vos ordinateurs personnels"],
  ['4 activation.after', '3', 'Après avoir téléchargé le certificat'],
  ['4 activation.details.0', "Il est fortement recommandé de protéger l'installation par un mot de passe fort.", PASSWORD],
  ['4 activation.needs.activation-pin', "Le code PIN d'activation, nécessaire à l'installation", ACTIVATION_PIN],
  ['contacts.request-page', 'Demande de certificat', 'Demande de certificat'],
  ...REGISTRY,
  ...CAMERFIRMA,
  ['facts.fee', 'gratuit', AGREEMENT],
  ['facts.validity', 'quatre ans', VALID],
  ['facts.renewal', WINDOW, NOTICE, ONLINE, BEFORE_END],
  ...SOURCE,
];

const REVOKE: readonly Fact[] = [
  ['title', "Révoquer un certificat Camerfirma de la mairie d'Alcorcón", 'Révocation de certificat numérique', AGREEMENT],
  ...WHOSE,
  ['purpose', 'revoke', 'Révocation'],
  ['pathway', 'online', 'Révocation de certificat numérique'],
  ['summary.0', 'La révocation ou le retrait signifie annuler la validité du certificat.', MEANING],
  ['summary.1', "Elle doit être effectuée lorsque le contrôle des clés est perdu, en raison d'une perte ou d'un vol.", LOSS],
  ['risks.0', 'Un certificat révoqué ne peut plus être utilisé.', MEANING],
  ['1 revoke', 'Demandez la révocation sur la page de révocation.', 'Révocation de certificat numérique'],
  ['1 revoke.who', 'holder', LOSS],
  ['1 revoke.channel', 'web', 'Révocation de certificat numérique'],
  ['1 revoke.contact', 'revocation-page', 'Révocation de certificat numérique'],
  [
    '1 revoke.needs.revocation-pin',
    "Le deuxième code PIN, reçu avec le code PIN d'activation, pour la révocation ou l'annulation du certificat",
    SECOND_PIN,
  ],
  ['contacts.revocation-page', 'Révocation de certificat numérique', 'Révocation de certificat numérique'],
  ...CAMERFIRMA,
  ...SOURCE,
];

const RENEW: readonly Fact[] = [
  ['title', "Renouveler un certificat Camerfirma de la mairie d'Alcorcón", 'Renouvellement', AGREEMENT],
  ...WHOSE,
  ['purpose', 'renew', 'Renouvellement'],
  ['pathway', 'online', ONLINE],
  [
    'summary.0',
    "Un mois avant l'expiration du certificat, un e-mail vous informe que vous pouvez désormais demander son renouvellement.",
    NOTICE,
  ],
  [
    'summary.1',
    "Mieux vaut le faire avant l'expiration du certificat : ensuite, c'est une nouvelle demande, et il faut se rendre à la mairie.",
    BEFORE_END,
  ],
  ['cautions.0', TWO_NAMES, OFFICE, OTHER_NAME],
  ['1 renew', "Demandez le renouvellement par voie électronique, à l'aide du certificat toujours en vigueur.", ONLINE],
  ['1 renew.who', 'holder', 'vous pouvez désormais procéder à la demande de son renouvellement'],
  ['1 renew.channel', 'web', 'par voie électronique'],
  ['1 renew.notBefore', "Il peut être demandé un mois avant l'expiration du certificat ; un e-mail vous en informe.", NOTICE],
  ['1 renew.onlyIf', "Le certificat n'est pas encore expiré.", LATER, BEFORE_END],
  ['1 renew.details.0', 'Inutile de vous rendre à la mairie : votre identité a déjà été vérifiée.', ONLINE],
  ['1 renew.needs.valid-certificate', 'Le certificat, toujours en vigueur', ONLINE],
  ['2 start-over', 'Recommencez comme pour une nouvelle demande, et rendez-vous à la mairie.', BEFORE_END, LATER],
  ['2 start-over.who', 'holder', 'vous devriez vous rendre à la mairie'],
  ['2 start-over.channel', 'in_person', 'vous devriez vous rendre à la mairie'],
  ['2 start-over.onlyIf', 'Le certificat est expiré.', LATER],
  ['2 start-over.contact', 'registry', OFFICE],
  ...REGISTRY,
  ...CAMERFIRMA,
  ['facts.validity', 'quatre ans', VALID],
  ['facts.renewal', WINDOW, NOTICE, ONLINE, BEFORE_END],
  ...SOURCE,
];

const UNBLOCK: readonly Fact[] = [
  [
    'title',
    "Certificat Camerfirma de la mairie d'Alcorcón : pas de code PIN à débloquer",
    AGREEMENT,
    '= a file on a computer counts no tries',
  ],
  ...WHOSE,
  ['purpose', 'unblock', '= a file on a computer counts no tries'],
  ['pathway', 'none', '= a file on a computer counts no tries'],
  [
    'summary.0',
    "Ce certificat est un fichier installé sur vos ordinateurs personnels ; aucune carte n'y compte les codes PIN faux.",
    FILE,
    ACTIVATION_PIN,
  ],
  [
    'summary.1',
    'Quatre secrets différents vont avec, chacun pour une seule chose.',
    CONFIRM,
    ACTIVATION_PIN,
    SECOND_PIN,
    PASSWORD,
  ],
  [
    'summary.2',
    'Code de téléchargement : obtenu par e-mail lors de la demande, pour télécharger le certificat.',
    CONFIRM,
    DOWNLOAD_CODE,
  ],
  [
    'summary.3',
    "Code PIN d'activation : reçu par e-mail après le téléchargement, pour installer le certificat sur vos ordinateurs personnels.",
    ACTIVATION_PIN,
  ],
  [
    'summary.4',
    "Code PIN de révocation : le deuxième code PIN reçu, pour la révocation ou l'annulation du certificat.",
    SECOND_PIN,
  ],
  ['summary.5', "Mot de passe local : le mot de passe fort que vous avez choisi pour protéger l'installation.", PASSWORD],
  ...CAMERFIRMA,
  ...SOURCE,
];

describe('the certificates of the town hall of Alcorcón', () => {
  holdToSeed(
    'alcorcon',
    {
      'camerfirma-alcorcon.obtain': OBTAIN,
      'camerfirma-alcorcon.revoke': REVOKE,
      'camerfirma-alcorcon.renew': RENEW,
      'camerfirma-alcorcon.unblock': UNBLOCK,
    },
    [],
  );
});
