import type { TourText } from '../en/tours';
import type { TourName } from '../../tours/tours';

export const tours: Record<TourName, TourText> = {
  vanishing: {
    title: 'Verschwindende Gradienten',
    about: 'Warum ein einfaches rekurrentes Netz aus lange Vergangenem nicht lernen kann.',
    stops: [
      'Ein einfaches rekurrentes Netz, zehn Schritte alt. Ein Fehler reist durch die Zeit zurück, indem er je Schritt ' +
        'einmal mit den rekurrenten Gewichten multipliziert wird; die Karte zeigt, wie viel davon bleibt.',
      'Dasselbe Netz mit halb so großen Gewichten: bei vierundsechzig Schritten bleibt weniger als 1e-15, in der Karte ' +
        'schraffiert. Was dort geschah, kann kein Gewicht ändern, also nicht gelernt werden.',
      'Doppelt so groß, und die Schranke ist aus. Nun vergrößert jeder Schritt zurück den Fehler, und die ' +
        'Gradientennorm geht in die Hunderte: eine solche Änderung kann alles Gelernte zunichtemachen.',
      'Noch einmal dasselbe mit der Schranke 1. Ein längerer Gradient behält seine Richtung und verliert seine Länge, ' +
        'und der Verlust sinkt; gegen Explodieren hilft die Schranke, gegen Verschwinden nie.',
    ],
  },
  gates: {
    title: 'Wozu Gatter',
    about: 'Wie eine Zelle, die ihr Gedächtnis in Ruhe lassen kann, Fehler weiter trägt.',
    stops: [
      'Noch einmal das einfache Netz, das vergisst: jeder Schritt schreibt jede Einheit neu, also multipliziert jeder ' +
        'Schritt den Fehler, der zurückreist.',
      'Ein LSTM hat dazu ein Gedächtnis, das nur mit einem Vergessensgatter multipliziert wird. Hier ist es anfangs zu ' +
        '(Bias −3), und der Fehler stirbt noch schneller: weniger als 1e-33 bei vierundsechzig Schritten.',
      'Ist das Gatter offen (Bias 4), wird das Gedächtnis weitergereicht, wie es ist, und der Fehler kommt ganz an. ' +
        'Das Netz lernt, wann es schließt; darum beginnt man gewöhnlich mit positivem Bias.',
      'Ein GRU schafft das mit zwei Gattern und ohne eigenes Gedächtnis: das eine mischt alten und neuen Zustand. Sein ' +
        'Verlust fällt in gleich vielen Schritten unter den des einfachen Netzes.',
    ],
  },
  depth: {
    title: 'Tiefe auf vier Arten',
    about: 'Vier Stellen, an denen ein rekurrentes Netz tiefer werden kann.',
    stops: [
      'Tiefe Eingabe: eine verborgene Schicht zwischen Zeichen und Zustand. Sie findet ein besseres Alphabet und liegt ' +
        'außerhalb der Schleife, kostet das Gedächtnis also nichts.',
      'Tiefer Übergang: eine verborgene Schicht zwischen einem Zustand und dem nächsten. Ein Schritt kann mehr, doch der ' +
        'Weg zurück durch die Zeit ist doppelt so lang; eine Abkürzung (unter Mehr) hilft.',
      'Tiefe Ausgabe: eine verborgene Schicht zwischen Zustand und Vorhersage. Der Zustand muss nicht mehr auf einen ' +
        'Blick lesbar sein und kann eine Zusammenfassung halten.',
      'Ein Stapel: drei rekurrente Schichten, jede liest die unter ihr. Höhere sehen Langsameres. Vergleichen Sie die ' +
        'Zahl der Parameter: dasselbe Wort, Tiefe, kauft vier verschiedene Dinge.',
    ],
  },
  scales: {
    title: 'Zeitmaße',
    about: 'Einheiten, die sich langsam ändern, erinnern sich länger.',
    stops: [
      'Lecke Einheiten behalten einen Anteil α von dem, was sie waren: h = α·h₋ + (1−α)·neu. Hier geht α von 0 für die ' +
        'erste bis 0,98 für die letzte, so dass manche jedem Buchstaben folgen und manche einem ganzen Satz.',
      'Ein Uhrwerknetz ändert eine Gruppe von Einheiten nur bei jedem 2., 4., … 32. Schritt. Zwischen den Takten wird ' +
        'nichts multipliziert: der Fehler geht über zweiunddreißig Schritte wie über einen.',
      'Verbindungen mit der Verzögerung 8 und 32 führen an den Schritten dazwischen vorbei. Suchen Sie in der Karte die ' +
        'Stellen, an denen sie ankommen.',
    ],
  },
  forcing: {
    title: 'Lernen mit Lehrer',
    about: 'Das Training zeigt die wahre Vergangenheit, das Schreiben nicht.',
    stops: [
      'Im Training liest das Netz immer den wahren Text, was es auch selbst geraten hat. Das heißt teacher forcing, und ' +
        'jede Zahl in diesem Diagramm ist damit verdient.',
      'Beim Schreiben liest es seine eigenen Vermutungen. Bei niedriger Temperatur führt eine wahrscheinliche Wendung zu ' +
        'sich selbst zurück, und der Text geht im Kreis: herauszufinden hat es nie gelernt.',
      'Dieses Netz bekommt im Training die eigene Vermutung als zweite Eingabe (Rückführung: Softmax). Sein Verlust ist ' +
        'etwas höher, aber es lernt an dem, was ihm beim Schreiben begegnet.',
    ],
  },
  temperature: {
    title: 'Temperatur',
    about: 'Ein Netz, von zaghaft bis wild.',
    stops: [
      'Das Netz gibt jedem Zeichen eine Punktzahl z; gezogen wird es mit Wahrscheinlichkeit ∝ exp(z / T). T ist die ' +
        'Temperatur, hier 0,7. Lassen Sie es trainieren, während Sie weiterlesen; die Gewichte hängen nicht davon ab.',
      'Bei 0,1 wird fast nur das wahrscheinlichste Zeichen gezogen. Wörter stimmen früher, und der Text wiederholt sich.',
      'Bei 1 schreibt das Netz nach seiner eigenen Verteilung: so abwechslungsreich wie die Geschichten, mit allen ' +
        'seinen Fehlern.',
      'Bei 2 zählen die Punkte kaum noch, und der Text zerfällt. Irgendwo dazwischen liest er sich am besten; der ' +
        'Regler gehört Ihnen.',
    ],
  },
};
