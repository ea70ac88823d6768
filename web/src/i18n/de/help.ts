import type { HelpName } from '../../help/equations';

export const help: Record<HelpName, string> = {
  preset: 'Ein Netz aus der Literatur: setzt alle Teile der Architektur auf einmal.',
  text: 'Der Text, den das Netz Token für Token fortzusetzen lernt.',
  unit: 'Was das Netz bei jedem Schritt liest und vorhersagt: ein Zeichen, ein Wort oder eine häufige Bytefolge.',
  vocabulary:
    'Höchstzahl verschiedener Token: Seltenere Wörter werden zu einem unbekannten Wort; bei Bytepaaren bestimmt sie, wie viele Verschmelzungen gelernt werden.',
  cell: 'Wie eine Einheit aus dem vorigen Zustand und der Eingabe ihren neuen Zustand berechnet.',
  layers: 'Rekurrente Schichten übereinander; jede liest die darunter.',
  units: 'Einheiten je Schicht: wie viel sich das Netz zugleich merken kann.',
  sequenceLength:
    'Schritte, über die Fehler zurückpropagiert werden, bevor abgeschnitten wird; der Zustand selbst läuft weiter.',
  batchSize: 'Sequenzen, die in einem Trainingsschritt parallel verarbeitet werden.',
  optimizer: 'Wie aus einem Gradienten eine Änderung der Gewichte wird.',
  seed: 'Startwert der Zufallszahlen: Derselbe Seed ergibt überall Bit für Bit dasselbe Netz.',
  learningRate:
    'Wie weit jeder Schritt die Gewichte bewegt; ist sie zu hoch, springt oder divergiert der Verlust.',
  clip: 'Verkürzt einen längeren Gradienten auf diese Norm, damit ein schlechter Schritt keinen Schaden anrichtet.',
  dropout: 'Anteil der Einheiten, die im Training zufällig ausfallen, damit sich keine auf andere verlässt.',
  schedule: 'Wie sich die Lernrate im Training ändert: zuerst große Schritte, am Ende kleine.',
  warmup:
    'Schritte, über die die Lernrate von null ansteigt, bis der Optimierer seine Momente geschätzt hat.',
  scheduleSteps: 'Schritte zwischen zwei Senkungen der Lernrate oder bis zum Ende des Abfalls.',
  scheduleFactor: 'Mit diesem Faktor wird die Lernrate bei jeder Senkung multipliziert.',
  patience: 'Validierungen ohne Verbesserung, bevor die Lernrate gesenkt wird.',
  earlyStopping:
    'Validierungen hintereinander ohne Verbesserung, nach denen das Training mit den besten Gewichten endet.',
  evaluateEvery: 'Trainingsschritte zwischen zwei Messungen des Validierungsverlusts.',
  clipValue: 'Begrenzt jedes Element eines Gradienten auf diesen Betrag; das ändert auch seine Richtung.',
  temperature:
    'Unter 1 werden wahrscheinliche Zeichen wahrscheinlicher, über 1 unwahrscheinliche; bei 0 wird immer das wahrscheinlichste gewählt.',
  prompt: 'Diesen Text liest das Netz zuerst und setzt ihn fort.',
  scale: 'Achsen des Diagramms; Potenzgesetze sind Geraden, wenn beide logarithmisch sind.',
  look: 'Was vom Netz gezeigt wird: Vorhersagen, Aufbau, ein Schritt, Gewichte oder Memorisierung.',
  unfolded: 'Zeichnet die Rekurrenz als Reihe von Schritten, jeder eine Kopie mit denselben Gewichten.',
  options: 'Optionen der gewählten Zelle.',
  bias: 'Eine Konstante in jeder Summe; eine zweite, wie in PyTorch, ändert nur, wie schnell sie gelernt wird.',
  inputDepth: 'Verborgene Schichten zwischen Eingabe und Zustand, außerhalb der Rekurrenz.',
  inputSize: 'Einheiten in jeder dieser Schichten.',
  transition: 'Verborgene Schichten zwischen einem Zustand und dem nächsten, innerhalb der Rekurrenz.',
  transitionSize: 'Einheiten in jeder dieser Schichten.',
  shortcut:
    'Eine lineare Verbindung an den verborgenen Schichten vorbei, damit Fehler einen kurzen Rückweg haben.',
  join: 'Die verborgenen Schichten, in die die Eingabe eingeht.',
  outputDepth: 'Verborgene Schichten zwischen Zustand und Vorhersage.',
  outputSize: 'Einheiten in jeder dieser Schichten.',
  delayOne: 'Die übliche Verbindung vom vorigen Zustand; ohne sie bleiben nur die längeren Verzögerungen.',
  delays:
    'Verbindungen von weiter zurückliegenden Zuständen: ein kürzerer Weg für Fehler über viele Schritte.',
  feedback: 'Das Netz liest auch seine vorige Ausgabe: das Ziel oder seine eigene Vorhersage.',
  outputDelays: 'Wie viele Schritte die zurückgeführte Ausgabe alt ist.',
  leak: 'Wie viel ihres vorigen Zustands eine Einheit bei jedem Schritt behält; langsame erinnern sich länger.',
  leakFrom: 'Was die erste Einheit behält; die übrigen liegen zwischen ihr und der letzten.',
  leakTo: 'Was die letzte Einheit behält, oder jede, wenn es nur ein α gibt.',
  clock: 'Gruppen von Einheiten, die nur bei jedem 1., 2., 4. … Schritt aktualisiert werden.',
  residual: 'Addiert die Eingabe einer Schicht zu ihrer Ausgabe.',
  skipInputs: 'Jede Schicht liest die Zeichen, nicht nur die erste.',
  skipOutputs: 'Die Vorhersage liest jede Schicht, nicht nur die letzte.',
  layerNorm: 'Hält die Summen vor der Aktivierung bei gleichem Mittelwert und gleicher Varianz.',
  zoneout: 'Wahrscheinlichkeit, dass eine Einheit ihren vorigen Zustand für einen Trainingsschritt behält.',
  recurrentDropout: 'Anteil des vorigen Zustands, der ausfällt, mit derselben Maske für eine ganze Sequenz.',
  variationalDropout: 'Eine Dropout-Maske für die ganze Sequenz statt einer neuen bei jedem Schritt.',
  inputDropout:
    'Anteil der Eingaben, der im Training ausfällt; bei Variational Dropout dieselben für eine ganze Sequenz.',
  weightDrop: 'Anteil der rekurrenten Gewichte, der während einer Aktualisierung auf null gesetzt wird.',
  weightNoise:
    'Standardabweichung eines normalverteilten Rauschens auf jedem Gewicht, neu bei jeder Aktualisierung.',
  activationPenalty: 'Hält die Ausgaben der letzten Schicht klein.',
  temporalPenalty:
    'Hält die Zustände der letzten Schicht davon ab, sich von Schritt zu Schritt stark zu ändern.',
  maxNorm:
    'Obergrenze für die Norm der eingehenden Gewichte einer Einheit; größere Gewichte werden nach einer Aktualisierung verkleinert.',
  averaging:
    'Das Modell verwendet ein Mittel der trainierten Gewichte: ein gleitendes Mittel, oder das Mittel, seit die Validierung nicht mehr besser wird.',
  accumulate: 'Batches, deren Gradienten vor einer Aktualisierung gemittelt werden.',
  labelSmoothing:
    'Anteil des Ziels, der auf alle Symbole verteilt wird, damit keine Vorhersage zu sicher wird.',
  embedding: 'Größe des gelernten Vektors für jedes Symbol; bei 0 liest das Netz One-Hot-Vektoren.',
  tieWeights: 'Vorhersage und Eingabe teilen sich eine Matrix der Symbole.',
  initInput: 'Wie die Gewichte von der Schicht darunter initialisiert werden.',
  initRecurrent: 'Wie die rekurrenten Gewichte initialisiert werden; orthogonale erhalten anfangs die Norm.',
  initReadout: 'Wie die Gewichte der Vorhersage initialisiert werden.',
  gain: 'Ein Faktor auf alle Anfangsgewichte: Unter 1 verschwinden Fehler, über 1 wachsen sie.',
  nonzeros: 'Gewichte je Einheit, die nicht null sind.',
  spectralRadius:
    'Der größte Betrag der Eigenwerte der rekurrenten Matrix; nahe 1 klingt der Zustand langsam ab.',
  task: 'Was das Netz lernt: einen Text fortzusetzen oder Eingaben auf Ausgaben abzubilden.',
  dataset: 'Beispiele, die diese Seite erzeugt, für alle dieselben, oder eigene.',
  difficulty: 'Länge oder Tiefe der erzeugten Beispiele; je größer, desto mehr muss sich das Netz merken.',
  pooling:
    'Ob es bei jedem Schritt eine Ausgabe gibt oder eine für die ganze Sequenz, und aus welchen Zuständen.',
  feedbackSteps:
    'So viele Schritte am Ende jedes Beispiels liest das Netz im Training seine eigenen Vorhersagen, wie bei einer Prognose; Fehler fließen durch sie zurück.',
  carryState:
    'Lange Beispiele in Fenstern lesen, jedes mit dem Zustand am Ende des vorigen; Gradienten enden am Anfang eines Fensters.',
  loss: 'Wie Fehler vorhergesagter Zahlen gewichtet werden. „Quantile“ und „Gauß“ sagen auch voraus, wie unsicher eine Vorhersage ist.',
  termination: 'Wie das Netz entscheidet, dass seine Ausgabe vollständig ist.',
  bidirectional: 'Ein zweites Netz liest die Eingabe vom Ende zum Anfang.',
  attention: 'Bei jedem Schritt bildet der Decoder ein gewichtetes Mittel über alle Zustände des Encoders.',
  context: 'Wo die letzten Zustände des Encoders in den Decoder eingehen.',
  scheduledSampling: 'Im Training erhält das Netz manchmal seine eigene Ausgabe statt des Ziels.',
  custom: 'Eine Konfiguration mit Optionen, für die es keinen Regler gibt.',
  activation: 'Die Funktion von der Summe zum neuen Zustand.',
  cellInput: 'Die Funktion, die berechnet, was ein offenes Input-Gate in die Zelle lässt.',
  forgetBias: 'Anfänglicher Bias des Forget-Gates; bei 1 erinnert sich die Zelle von Anfang an.',
  highwayBias:
    'Anfänglicher Bias des Gates zwischen Zellzustand und Eingabe; unter 0 überwiegt anfangs die Eingabe.',
  cellOutput: 'Was das Output-Gate multipliziert: tanh des Zellzustands oder den Zellzustand selbst.',
  inputControl: 'Wie viel vom Kandidaten hinzukommt: mehr, als vergessen wird, oder genauso viel.',
  candidate: 'Ob der Kandidat die Summe selbst ist oder eine positive Funktion davon.',
  reset:
    'Ob das Reset-Gate nach dem rekurrenten Produkt wirkt, wie in PyTorch, oder davor, wie bei Cho et al. 2014.',
  smoothing: 'Gewicht früherer Werte in der geglätteten Linie; die Rohwerte sind dahinter gezeichnet.',
  beam: 'Zahl der Hypothesen, die zugleich verfolgt werden; 1 nimmt jedes Mal das wahrscheinlichste Symbol.',
};
