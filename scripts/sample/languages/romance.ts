import { plain, type Language } from '../language.ts'

export const spanish: Language = {
  code: 'es',
  share: 12,
  given: plain(
    'Abril Bruno Camila Diego Elena Fermín Gael Inés Jimena Lucía Mateo Nerea Óscar Pilar Ramón Sofía Tomás Valeria',
  ),
  family: plain(
    'Acosta Blanco Cano Domínguez Esteban Fuentes Gallego Herrera Ibarra Luna Molina Núñez Ortega Peña Rivas Soler Vega',
  ),
  order: 'given-first',
  between: ' ',
  cities: ['Madrid', 'Bogotá', 'Ciudad de México', 'Valparaíso', 'Sevilla', 'Rosario'],
  joint: ' ',
  asides: [
    '¿A alguien más le pasa?',
    'Mañana más.',
    'Lo recomiendo mucho.',
    'Y ya está, eso era todo.',
    'Qué cosas.',
  ],
  topics: [
    {
      name: 'cooking',
      words: {
        plato: [
          'una tortilla',
          'un guiso de lentejas',
          'el mole de mi abuela',
          'arroz con leche',
          'unas empanadas',
        ],
        secreto: ['un poco de comino', 'paciencia', 'no mirar la receta', 'el fuego muy bajo'],
      },
      sentences: [
        'Hoy tocó {plato}. El secreto: {secreto}.',
        'He intentado {plato} por tercera vez y por fin sabe como en casa.',
        'Quien diga que {plato} es fácil nunca ha tenido prisa.',
        'Domingo, lluvia y {plato}. No necesito más.',
      ],
    },
    {
      name: 'football',
      words: {
        minuto: ['el 89', 'el 12', 'el descuento', 'la prórroga'],
        cosa: ['un penalti dudoso', 'un gol de cabeza', 'una parada imposible', 'un caño precioso'],
      },
      sentences: [
        'Minuto: {minuto}. {cosa}. Me he quedado sin voz.',
        'El equipo del barrio ganó con {cosa}. Fiesta en la plaza.',
        'Solo pido una tarde sin {cosa} en {minuto}.',
      ],
    },
    {
      name: 'city',
      words: {
        lugar: ['el mercado', 'la línea 4', 'el malecón', 'la biblioteca del parque', 'la azotea'],
        clima: ['un calor tremendo', 'viento del sur', 'una luz de película', 'lluvia finita'],
      },
      sentences: [
        'Hoy {lugar} con {clima}: lo mejor de la semana.',
        'Van a reformar {lugar} y ya lo echo de menos.',
        'Con {clima} todo el mundo acaba en {lugar}.',
      ],
    },
  ],
}

export const portuguese: Language = {
  code: 'pt-BR',
  share: 9,
  given: plain(
    'Aline Bento Caio Débora Enzo Flávia Gustavo Helena Ícaro Joana Lívia Murilo Natália Otávio Raíssa Thiago',
  ),
  family: plain(
    'Almeida Barros Campos Duarte Farias Gomes Lacerda Macedo Nogueira Prado Queiroz Ramos Sampaio Teixeira Viana',
  ),
  order: 'given-first',
  between: ' ',
  cities: ['São Paulo', 'Recife', 'Porto Alegre', 'Belo Horizonte', 'Salvador'],
  joint: ' ',
  asides: ['Mais alguém?', 'Amanhã tem mais.', 'Recomendo demais.', 'É isso.', 'Vai por mim.'],
  topics: [
    {
      name: 'music',
      words: {
        som: [
          'um samba antigo',
          'aquele disco ao vivo',
          'o violão do vizinho',
          'uma roda de choro',
        ],
        lugar: ['na laje', 'no ônibus', 'na feira', 'na praça'],
      },
      sentences: [
        'Hoje {som} {lugar} salvou o meu dia.',
        'Passei a tarde tentando tirar {som} de ouvido. Quase.',
        'Tem coisa melhor do que {som} {lugar}?',
      ],
    },
    {
      name: 'coffee',
      words: {
        grao: ['do sul de Minas', 'da Chapada', 'do Cerrado', 'da fazenda do meu tio'],
        jeito: ['coado no pano', 'na prensa', 'bem forte', 'com pão na chapa'],
      },
      sentences: [
        'Café {grao}, {jeito}. Nada a acrescentar.',
        'Descobri que o café {grao} fica melhor {jeito}.',
        'Acordei cedo só por causa do café {grao}.',
      ],
    },
    {
      name: 'beach',
      words: {
        mar: ['mar calmo', 'ondas de dois metros', 'água gelada', 'maré baixa'],
        hora: ['às seis da manhã', 'no fim da tarde', 'no meio da semana'],
      },
      sentences: [
        'Praia {hora}, {mar}, ninguém por perto.',
        'Primeira aula de surfe {hora}: {mar} e muitos tombos.',
        'Com {mar} {hora}, até a reunião rende.',
      ],
    },
  ],
}

export const french: Language = {
  code: 'fr',
  share: 9,
  given: plain(
    'Aimée Bastien Camille Didier Élodie Fanny Gaspard Hélène Jules Léa Maël Noémie Odile Pascal Romane Sacha Thibault Zélie',
  ),
  family: plain(
    'Arnaud Besson Chevalier Delmas Fabre Gauthier Jourdain Lacroix Marchand Noël Perrin Renaud Sauvage Tessier Vasseur',
  ),
  order: 'given-first',
  between: ' ',
  cities: ['Lyon', 'Montréal', 'Bruxelles', 'Dakar', 'Nantes', 'Marseille'],
  joint: ' ',
  asides: [
    'Vous aussi ?',
    'La suite demain.',
    'Je recommande.',
    'Voilà, c’est tout.',
    'On en reparle.',
  ],
  topics: [
    {
      name: 'cheese',
      words: {
        fromage: [
          'un comté de dix-huit mois',
          'une tomme de brebis',
          'un vieux cantal',
          'un chèvre cendré',
        ],
        avec: ['du pain de seigle', 'une poire', 'rien du tout', 'un peu de miel'],
      },
      sentences: [
        'Ce midi : {fromage} avec {avec}. Je ne répondrai à aucun message.',
        'La fromagère m’a convaincu : {fromage}, et surtout {avec}.',
        'On sous-estime {fromage}. Avec {avec}, c’est un repas.',
      ],
    },
    {
      name: 'cinema',
      words: {
        film: [
          'un film muet',
          'un polar des années cinquante',
          'un documentaire sur les abeilles',
          'une comédie sans dialogues',
        ],
        lieu: ['au ciné-club', 'dans la petite salle', 'sur le canapé', 'en plein air'],
      },
      sentences: [
        'Vu {film} {lieu} hier soir. Personne ne s’est levé au générique.',
        'Cherche quelqu’un pour revoir {film} {lieu}.',
        'Je croyais m’ennuyer devant {film}, et j’ai pleuré deux fois.',
      ],
    },
    {
      name: 'city',
      words: {
        endroit: ['le marché', 'le canal', 'la ligne 2', 'la médiathèque'],
        temps: ['grand soleil', 'brouillard', 'petite pluie', 'premier froid'],
      },
      sentences: [
        '{temps} ce matin : {endroit} était à moi.',
        'Ils refont {endroit}. Trois mois de détours, et déjà la nostalgie.',
        'Par {temps}, rien ne vaut {endroit}.',
      ],
    },
  ],
}
