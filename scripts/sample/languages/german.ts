import { plain, type Language } from '../language.ts'

export const german: Language = {
  code: 'de',
  share: 14,
  given: plain(
    'Anke Birgit Clemens Dörte Emil Frieda Gregor Hanna Ines Jonas Katrin Lukas Mareike Nils Ole Paula Rike Sönke Tilda Uwe',
  ),
  family: plain(
    'Albrecht Brandt Dietz Engel Fuchs Götz Hartmann Jäger Krüger Lorenz Möller Neumann Pohl Richter Schäfer Thiel Vogel Weiß',
  ),
  order: 'given-first',
  between: ' ',
  cities: ['Berlin', 'Köln', 'Leipzig', 'Wien', 'Zürich', 'Hamburg'],
  joint: ' ',
  asides: [
    'Geht es noch jemandem so?',
    'Mehr dazu morgen.',
    'Das war’s auch schon.',
    'Empfehlung!',
    'Ich hätte es wissen können.',
  ],
  topics: [
    {
      name: 'cycling',
      words: {
        strecke: [
          'an der Elbe entlang',
          'über den Feldberg',
          'durch den Spreewald',
          'bis an den See',
        ],
        km: ['23', '48', '71', '104'],
        pech: ['Gegenwind', 'ein Platten', 'Hagel', 'eine gesperrte Brücke'],
      },
      sentences: [
        'Heute {km} Kilometer {strecke}, und dazu {pech}.',
        'Wer {strecke} fahren will: vor acht Uhr los, das Licht ist unglaublich.',
        'Neue Kette, neues Leben. Nach {km} Kilometern ist noch immer nichts zu hören.',
        'Erst {pech}, dann Kuchen. Es gleicht sich aus.',
      ],
    },
    {
      name: 'gardening',
      words: {
        pflanze: ['Tomaten', 'Dahlien', 'Bohnen', 'Zucchini', 'Himbeeren'],
        feind: ['die Schnecken', 'der späte Frost', 'Nachbars Katze', 'die Tauben'],
      },
      sentences: [
        'Die {pflanze} sind draußen. Jetzt kommen bestimmt {feind}.',
        'Zu viele {pflanze}. Wer in der Nähe wohnt: bitte mit Korb vorbeikommen.',
        'Im Schrebergarten gilt: {feind} gewinnt immer, aber nie beim ersten Mal.',
        'Drei Jahre lang nichts, und heuer tragen die {pflanze} wie verrückt.',
      ],
    },
    {
      name: 'bread',
      words: {
        brot: ['Roggenbrot', 'Dinkelbrot', 'Brezeln', 'ein Bauernbrot'],
        zeit: ['achtzehn Stunden', 'eine Nacht', 'zwei Tage'],
      },
      sentences: [
        'Der Sauerteig hat {zeit} gebraucht und lebt. Morgen gibt es {brot}.',
        'Erster Versuch: {brot}. Außen Stein, innen Wunder.',
        'Mein Ofen kann 230 Grad, behauptet er. {brot} sagt etwas anderes.',
      ],
    },
    {
      name: 'city',
      words: {
        ort: ['in der U8', 'auf dem Wochenmarkt', 'im Freibad', 'in der Stadtbibliothek'],
        wetter: ['Nieselregen', 'Nebel', 'der erste warme Abend', 'Schnee im April'],
      },
      sentences: [
        '{wetter}, und {ort} reden auf einmal alle miteinander.',
        'Schönster Platz der Stadt: {ort}, kurz vor Schluss.',
        'Gestern {ort} ein Gespräch über Primzahlen mitgehört. Ich bleibe hier.',
      ],
    },
  ],
}
