import type { TourText } from '../en/tours';
import type { TourName } from '../../tours/tours';

export const tours: Record<TourName, TourText> = {
  vanishing: {
    title: 'Verschwindende Gradienten',
    about: 'Warum ein einfaches rekurrentes Netz nicht aus der fernen Vergangenheit lernen kann.',
    stops: [
      'Ein einfaches rekurrentes Netz nach zehn Trainingsschritten. Bei jedem Schritt zurück in der Zeit wird ein Fehler ' +
        'einmal mehr mit den rekurrenten Gewichten multipliziert; die Karte zeigt, wie viel davon übrig ist.',
      'Dasselbe Netz mit halb so großen Gewichten: Nach vierundsechzig Schritten zurück bleibt weniger als 1e-15 (in der ' +
        'Karte schraffiert). Was so lange zurückliegt, ändert kein Gewicht mehr und kann nicht gelernt werden.',
      'Jetzt sind die Gewichte doppelt so groß, und das Clipping ist aus. Jeder Schritt zurück verstärkt den Fehler, und ' +
        'die Gradientennorm erreicht Hunderte: Ein einziger Schritt kann alles Gelernte zunichtemachen.',
      'Dasselbe Netz mit Clipping bei Norm 1. Ein längerer Gradient behält seine Richtung, aber nicht seine Länge, und ' +
        'der Verlust sinkt. Clipping hilft gegen explodierende Gradienten, aber nicht gegen verschwindende.',
    ],
  },
  gates: {
    title: 'Wozu Gates',
    about: 'Wie eine Zelle, die ihr Gedächtnis unverändert lassen kann, Fehler weiter trägt.',
    stops: [
      'Das einfache Netz, das vergisst: Jeder Schritt überschreibt jede Einheit, also multipliziert jeder Schritt den ' +
        'Fehler auf seinem Rückweg.',
      'Ein LSTM hat zusätzlich ein Gedächtnis, das nur mit einem Forget-Gate multipliziert wird. Hier ist es anfangs ' +
        'geschlossen (Forget-Bias −3), und der Fehler verschwindet noch schneller: weniger als 1e-33 nach vierundsechzig Schritten.',
      'Bei offenem Gate (Forget-Bias 4) wird das Gedächtnis unverändert weitergereicht, und der Fehler kommt ganz an. ' +
        'Das Netz lernt, wann es schließt; deshalb beginnt man meist mit positivem Forget-Bias.',
      'Ein GRU kommt mit zwei Gates und ohne eigenes Gedächtnis aus: Sein Update-Gate interpoliert zwischen altem und ' +
        'neuem Zustand. Sein Verlust fällt in gleich vielen Schritten unter den des einfachen Netzes.',
    ],
  },
  depth: {
    title: 'Tiefe auf vier Arten',
    about: 'Vier Stellen, an denen ein rekurrentes Netz tiefer werden kann.',
    stops: [
      'Tiefe Eingabe: eine verborgene Schicht zwischen Zeichen und Zustand. Sie lernt eine bessere Darstellung der ' +
        'Zeichen und liegt außerhalb der Rekurrenz, schadet dem Gedächtnis also nicht.',
      'Tiefer Übergang: eine verborgene Schicht zwischen einem Zustand und dem nächsten. Ein Schritt kann mehr berechnen, ' +
        'aber der Rückweg durch die Zeit ist doppelt so lang; ein Shortcut (unter „Mehr“) hilft.',
      'Tiefe Ausgabe: eine verborgene Schicht zwischen Zustand und Vorhersage. Der Zustand kann eine Zusammenfassung ' +
        'enthalten, weil die Vorhersage nicht mehr linear aus ihm abzulesen sein muss.',
      'Ein Stapel: drei rekurrente Schichten, jede liest die darunter. Höhere Schichten lernen langsamere Merkmale. ' +
        'Vergleichen Sie die Zahl der Parameter: „Tiefe“ steht für vier verschiedene Dinge.',
    ],
  },
  scales: {
    title: 'Zeitskalen',
    about: 'Einheiten, die sich langsam ändern, erinnern sich länger.',
    stops: [
      'Leaky-Einheiten behalten einen Anteil α ihres vorigen Zustands: h = α·h₋ + (1−α)·neu. Hier steigt α von 0 für die ' +
        'erste bis 0,98 für die letzte, sodass manche jedem Buchstaben folgen und manche einem ganzen Satz.',
      'Ein Clockwork-Netz aktualisiert jede Gruppe von Einheiten nur bei jedem 2., 4., … 32. Schritt. Dazwischen wird ' +
        'nichts multipliziert: Der Fehler überquert zweiunddreißig Schritte wie einen.',
      'Verbindungen mit den Verzögerungen 8 und 32 führen direkt an den Schritten dazwischen vorbei. Die Karte zeigt ' +
        'Erhebungen bei den Schritten, an denen sie ankommen.',
    ],
  },
  forcing: {
    title: 'Teacher Forcing',
    about: 'Im Training liest das Netz den wahren Text, beim Erzeugen seinen eigenen.',
    stops: [
      'Im Training liest das Netz immer den wahren Text, was auch immer es selbst vorhergesagt hat. Das heißt Teacher ' +
        'Forcing, und jede Zahl in diesem Diagramm ist damit gemessen.',
      'Beim Erzeugen liest das Netz seine eigene Ausgabe. Bei niedriger Temperatur führt eine wahrscheinliche Wendung zu ' +
        'sich selbst zurück, und der Text dreht sich im Kreis. Das kommt im Training nie vor, also hat das Netz nicht ' +
        'gelernt, herauszufinden.',
      'Dieses Netz liest auch im Training seine eigene Vorhersage (Ausgaberückführung: Softmax). Sein Verlust ist etwas ' +
        'höher, aber das Training ist dem ähnlicher, was ihm beim Erzeugen begegnet.',
    ],
  },
  temperature: {
    title: 'Temperatur',
    about: 'Ein Netz, von vorsichtig bis wild.',
    stops: [
      'Das Netz gibt jedem Zeichen einen Wert z und zieht es mit Wahrscheinlichkeit ∝ exp(z / T). T ist die Temperatur, ' +
        'hier 0,7. Das Netz trainiert, während Sie lesen; seine Gewichte hängen nicht von T ab.',
      'Bei 0,1 wird fast immer das wahrscheinlichste Zeichen gezogen. Wörter stimmen früher, aber der Text wiederholt sich.',
      'Bei 1 zieht das Netz aus seiner eigenen Verteilung: so abwechslungsreich wie der Trainingstext, mit allen Fehlern.',
      'Bei 2 zählen die Werte kaum noch, und der Text zerfällt. Die beste Temperatur liegt dazwischen: Probieren Sie den ' +
        'Regler aus.',
    ],
  },
};
