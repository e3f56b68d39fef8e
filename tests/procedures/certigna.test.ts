import { describe } from 'vitest';
import { type Fact, holdToSeed } from './seed.ts';

const THREE = 'Comment débloquer son certificat après 3 essais infructueux de code PIN?';
const ORDER = "ainsi qu'un bon de commande de 60,00 € TTC à l'ordre de DHIMYOTIS";
const HEADING = 'Envoi du dossier complet, de la clé et du chèque';
const BY_MAIL = "Ce dossier de demande de déblocage doit-être envoyé par mail à l'adresse suivante partenaires@certigna.fr";
const BY_POST =
  'Une fois la demande de déblocage de la clé validée, il faut transmettre par courrier les originaux des différents documents envoyés précédemment par mail, la clé cryptographique à débloquer';

const FACTS: readonly Fact[] = [
  [
    'title',
    'Débloquer une clé Certigna après 3 essais infructueux de code PIN',
    THREE,
    'Préparation du dossier de déblocage de la clé',
  ],
  [
    'issuer',
    'Certigna (Dhimyotis)',
    'transmettre une demande de débloquage à DHIMYOTIS',
    'La demande est alors traitée par Certigna.',
  ],
  ['country', 'France', '= the country of the postal address'],
  ['purpose', 'unblock', 'débloquer son certificat'],
  ['pathway', 'send_in', BY_POST],
  ['tries', '3', THREE],
  [
    'summary.0',
    'La carte à puce contenue dans la clé cryptographique fonctionne comme une carte bancaire : trois codes PIN erronés successifs la bloquent.',
    "Le code PIN de la carte à puce contenu dans la clé cryptographique fonctionne comme celui d'une carte bancaire : trois présentations successives de code PIN erroné ont pour effet de bloquer la carte à puce.",
  ],
  [
    'summary.1',
    'Toute utilisation de la carte devient alors impossible.',
    'Toute utilisation de la carte devient alors impossible.',
  ],
  [
    'summary.2',
    'Ce mécanisme protège la clé contre la recherche du code PIN par un tiers.',
    'Ce mécanisme assure la protection de la clé cryptographique contre la recherche du code PIN par un tiers.',
  ],
  [
    'cautions.0',
    "La page ne dit pas lequel joindre à l'envoi : son titre annonce un « chèque », son texte un « bon de commande ».",
    HEADING,
    ORDER,
  ],
  [
    '1 request',
    'Envoyez la demande de déblocage par e-mail.',
    "En cas de blocage de la clé, il faut tout d'abord transmettre une demande de débloquage à DHIMYOTIS constituée :",
    BY_MAIL,
  ],
  ['1 request.who', 'holder', 'daté et signé par le porteur'],
  ['1 request.channel', 'email', BY_MAIL],
  ['1 request.contact', 'requests', BY_MAIL],
  [
    '1 request.details.0',
    "Le formulaire est à télécharger sur la page d'où vient cette procédure.",
    '( Télécharger le formulaire )',
  ],
  [
    '1 request.needs.form',
    'Le formulaire de demande de déblocage, dûment complété, daté et signé par le porteur',
    'du formulaire de demande de déblocage ( Télécharger le formulaire ) dûment complété, daté et signé par le porteur',
  ],
  [
    '1 request.needs.identity-copy',
    "Une photocopie de la pièce d'identité du porteur du certificat, avec la mention « copie certifiée conforme à l'original », la date du jour et la signature du porteur",
    "d'une photocopie de la pièce d'identité du porteur du certificat, avec les mentions \"copie certifiée conforme à l'original\" avec la date du jour et la signature du porteur.",
  ],
  [
    '1 request.waitsFor',
    'issuer: Certigna traite la demande, répond et la valide.',
    "La demande est alors traitée par Certigna. Il faut attendre le retour et la validation de certigna avant passer à l'étape suivante.",
  ],
  ['2 post', 'Envoyez le dossier complet et la clé par courrier.', HEADING, BY_POST],
  ['2 post.who', 'holder', 'il faut transmettre par courrier'],
  ['2 post.channel', 'post', 'il faut transmettre par courrier'],
  ['2 post.after', '1', 'Une fois la demande de déblocage de la clé validée'],
  [
    '2 post.notBefore',
    "Attendez bien que la demande de déblocage soit validée avant d'envoyer le dossier.",
    'Important',
    "Bien attendre que la demande de déblocage soit validée avant d'envoyer le dossier",
  ],
  ['2 post.contact', 'unblocking', "à l'adresse suivante :"],
  [
    '2 post.needs.originals',
    'Les originaux des documents envoyés par e-mail',
    'les originaux des différents documents envoyés précédemment par mail',
  ],
  ['2 post.needs.key', 'La clé cryptographique à débloquer', 'la clé cryptographique à débloquer'],
  ['2 post.needs.payment', "Le bon de commande de 60,00 € TTC à l'ordre de DHIMYOTIS", ORDER],
  [
    '2 post.needs.bubble-envelope',
    "Une enveloppe à bulles, pour protéger la clé lors de l'envoi",
    "Utiliser une enveloppe à bulles afin de protéger la clé lors de l'envoi.",
  ],
  ['contacts.requests', 'Certigna', 'La demande est alors traitée par Certigna.'],
  ['contacts.requests.email', 'partenaires@certigna.fr', 'partenaires@certigna.fr'],
  ['contacts.unblocking', 'DHIMYOTIS, Service déblocage', 'DHIMYOTIS', 'Service déblocage'],
  ['contacts.unblocking.address.0', 'DHIMYOTIS', 'DHIMYOTIS'],
  ['contacts.unblocking.address.1', 'Service déblocage', 'Service déblocage'],
  ['contacts.unblocking.address.2', '20 allée de la râperie', '20 allée de la râperie'],
  ['contacts.unblocking.address.3', "59650 VILLENEUVE D'ASCQ", "59650 / VILLENEUVE D'ASCQ"],
  ['contacts.forum', 'GIP RECIA, équipe E-Administration', "l'équipe E-Administration du GIP RECIA"],
  [
    'contacts.forum.note',
    "Son forum montre les questions déjà posées ; pour en poser une, il faut d'abord s'y enregistrer.",
    "Cet espace vous permet d'échanger avec l'équipe E-Administration du GIP RECIA. Il vous permet aussi de voir les questions posées par d'autre utilisateurs, ainsi que les réponses qui y ont été apportées. Il vous permet enfin de poser toutes les questions que vous désirez sur l'utilisation des outils, ou sur n'importe quel autre sujet.",
    "Pour pouvoir poser des question, veuillez tout d'abord vous enregistrer sur le site",
  ],
  ['facts.tries', 'blocage après 3 essais erronés de suite (source : août 2018 ; peut avoir changé)', THREE, '30/08/2018'],
  [
    'facts.fee',
    "60,00 € TTC, à l'ordre de DHIMYOTIS (indiqué : août 2018 ; peut avoir changé). La page parle d'un chèque dans son titre et d'un bon de commande dans son texte.",
    ORDER,
    HEADING,
    '30/08/2018',
  ],
  [
    'sources.forum-question',
    'GIP RECIA, espace E-Administration : « Comment débloquer son certificat après 3 essais infructueux de code PIN ? »',
    THREE,
    "l'équipe E-Administration du GIP RECIA",
  ],
  [
    'sources.forum-question.dates',
    'publié : 28 août 2018, mis à jour : 30 août 2018',
    'Posée: 28/08/2018 13:53 |',
    'Dernière mise à jour: 30/08/2018 07:39 |',
  ],
  ['sources.forum-question.note', 'Vue 2363 fois.', 'Vu: 2363 fois |'],
];

/** Lines that are about the forum and not about unblocking, or headings whose sections are told. */
const ASIDE = [
  'Bienvenue!',
  'Raisons du blocage',
  'Tenir informé',
  'A propos de cet espace de communication',
  "N'hésitez pas à poser des questions, ou à chercher si vos questions n'ont pas été déjà posées par d'autres.",
  '"Il n\'y a pas de question idiote, seulement une réponse idiote..." - Albert Einstein Lire les lignes de conduite',
  'Outils de question',
  'Statistiques',
];

describe('certigna.unblock', () => {
  holdToSeed('certigna', { 'certigna.unblock': FACTS }, ASIDE);
});
