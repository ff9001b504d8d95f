"""What the demo's PGs and supervisors write: cases that fit the procedure, lessons, feedback. Nobody is named."""

from functools import cache
from random import Random

CASES: tuple[tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]], ...] = (
    (("strangulated",), (
        ("Painful lump in the groin and vomiting since last night", "Strangulated inguinal hernia", "Resuscitated, explored within three hours; bowel viable, repair without mesh."),
        ("Irreducible umbilical lump, red skin above it", "Strangulated umbilical hernia", "Antibiotics, omentum resected, sutured repair."),
    )),
    (("hernia", "hernio"), (
        ("Lump in the groin, larger on standing", "Inguinal hernia, reducible", "Elective tension-free repair under spinal anaesthesia, home next morning."),
        ("Groin swelling that comes down at work", "Recurrent inguinal hernia", "Mesh repair, nerve identified and kept."),
        ("Bulge beside the old midline scar", "Incisional hernia", "Retromuscular mesh, binder for six weeks."),
        ("Lump at the umbilicus after the last pregnancy", "Umbilical hernia", "Day case repair, home the same evening."),
    )),
    (("append",), (
        ("Pain that moved to the right lower abdomen, two days", "Acute appendicitis", "Antibiotics at induction, inflamed appendix removed, oral diet the same night."),
        ("Fever and a guarded right iliac fossa", "Perforated appendicitis", "Washout, base secured, antibiotics for five days."),
        ("Lower abdominal pain, scan not conclusive", "Appendicitis, early", "Appendix removed; ovaries and terminal ileum looked at and normal."),
    )),
    (("cholecyst", "bile", "hepatico", "cholangio"), (
        ("Upper abdominal pain after fatty meals", "Symptomatic gallstones", "Critical view shown, photograph taken, no drain."),
        ("Right upper quadrant pain and fever, third day", "Acute cholecystitis", "Early operation on the index admission; thick wall, subtotal considered and not needed."),
        ("Yellow eyes and dark urine for a week", "Stones in the common bile duct", "Duct cleared, drain out on the second day."),
    )),
    (("gastroscopy", "variceal", "endoscopic"), (
        ("Vomited blood twice, light-headed", "Bleeding oesophageal varices", "Resuscitated first; bands placed, terlipressin continued."),
        ("Indigestion for months, weight lost", "Gastric ulcer", "Biopsies from the edge, repeat in eight weeks."),
        ("Food sticks behind the breastbone", "Oesophageal stricture", "Biopsies taken, dilated to 12 mm."),
    )),
    (("colonosc", "sigmoidosc", "proctosig"), (
        ("Bleeding mixed with the stool, altered habit", "Rectal polyp", "Seen to the caecum, polyp removed whole."),
        ("Iron deficiency without an explanation", "Normal colon", "Caecum and terminal ileum reached in eleven minutes."),
        ("Loose stools with mucus for months", "Ulcerative colitis", "Segmental biopsies, extent written down."),
    )),
    (("colectomy", "anterior resection", "perineal", "hartmann", "stomy", "rectum"), (
        ("Distended for three days, no flatus", "Obstructing sigmoid carcinoma", "Resection with end stoma; site marked before by the nurse."),
        ("Tired, iron low, mass on the right", "Carcinoma of the caecum", "Vessels tied high, stapled anastomosis, enhanced recovery."),
        ("Sudden peritonitis, gas under the diaphragm", "Perforated diverticulitis", "Washout, resection, no anastomosis in shock."),
    )),
    (("laparotomy", "adhesiolysis", "bowel", "peptic"), (
        ("Vomiting and a distended abdomen, old midline scar", "Adhesive small bowel obstruction", "Two days of conservative treatment, then band divided; bowel viable."),
        ("Sudden upper abdominal pain, board-like abdomen", "Perforated duodenal ulcer", "Omental patch, washout, eradication therapy on discharge."),
        ("Fever and diffuse pain for a week", "Typhoid perforation of the ileum", "Edges freshened and closed in two layers, washout."),
    )),
    (("haemorrhoid", "anal", "sphincter", "anorectum", "perianal", "pilonidal"), (
        ("Painless bright bleeding after stool", "Third-degree haemorrhoids", "Three bundles, bridges kept, home next day."),
        ("Throbbing pain beside the anus, cannot sit", "Perianal abscess", "Drained under general anaesthesia, no fistula looked for in the acute stage."),
        ("Sharp pain on passing stool for months", "Chronic anal fissure", "Ointment had failed; sphincterotomy to the height of the fissure."),
    )),
    (("amputation", "toe"), (
        ("Black toe and fever in a person with diabetes", "Diabetic foot gangrene", "Level chosen by pulses and viability, stump left open for two days."),
        ("Foot ulcer that does not heal", "Critical limb ischaemia", "No bypass possible; long posterior flap, physiotherapy from day one."),
    )),
    (("breast", "mastect", "axill", "sentinel"), (
        ("Hard lump in the breast, found six weeks ago", "Carcinoma of the breast", "Discussed in the joint meeting; drains out at less than 30 ml."),
        ("Lump that moves under the finger", "Fibroadenoma", "Removed through the areolar edge, sent whole and marked."),
        ("Red painful breast, feeding for a month", "Breast abscess", "Drained, feeding went on from the other side."),
    )),
    (("thyroid", "parathyroid", "adrenal", "neck", "gland", "parotid"), (
        ("Swelling in the neck that moves on swallowing", "Multinodular goitre", "Both nerves seen and kept, calcium checked that night."),
        ("Lump below the angle of the jaw", "Benign salivary tumour", "Facial nerve identified first; no weakness after."),
    )),
    (("abscess", "debridement", "wound", "fournier", "necroti", "graft", "flap", "suturing", "escharotomy", "fasciotomy"), (
        ("Fever and a tender swelling", "Soft-tissue abscess", "Drained and packed, culture sent, daily dressings."),
        ("Cut on the forearm by glass", "Clean laceration, tendons intact", "Explored, washed, closed in layers; tetanus given."),
        ("Wound with slough, third week after injury", "Infected wound", "Dead tissue removed to bleeding edges, negative pressure from day two."),
    )),
    (("skin", "lipoma", "cyst", "lesion"), (
        ("Slow-growing lump on the back", "Lipoma", "Removed whole under local anaesthesia."),
        ("Sore on the cheek that bleeds", "Basal cell carcinoma", "Margin of 4 mm marked and confirmed by histology."),
    )),
    (("trauma", "fast", "focused ultrasound", "pelvic", "organ injury", "vascular injury", "thoracotomy", "decompression"), (
        ("Motorcycle against car, hypotensive on arrival", "Blunt abdominal trauma", "Primary survey by the list, blood early, damage control."),
        ("Fall from a roof, pain on breathing", "Rib fractures with haemothorax", "Drain, analgesia, physiotherapy; no operation."),
        ("Stab wound in the flank, stable", "Penetrating trauma", "Scan, observed with examinations every four hours."),
    )),
    (("chest drain", "thoraco", "lobectomy", "thorac"), (
        ("Breathless since this morning", "Spontaneous pneumothorax", "Drain in the safe triangle, lung up on the film."),
        ("Dull base on the right, fever", "Parapneumonic effusion", "Ultrasound-guided, pH sent, antibiotics."),
    )),
    (("lumbar puncture",), (
        ("Headache with neck stiffness", "Suspected meningitis", "Scan first, antibiotics not delayed; opening pressure noted."),
        ("Confused, fever, new seizures", "Suspected encephalitis", "Aciclovir started, four tubes sent."),
    )),
    (("paracentesis", "ascit", "liver", "hydatid"), (
        ("Abdomen tight, cannot lie flat", "Ascites in cirrhosis", "Five litres drained, albumin given, cell count sent."),
        ("Fever in known cirrhosis", "Spontaneous bacterial peritonitis", "Diagnostic tap before the first dose."),
    )),
    (("central venous", "arterial", "dialysis", "cannul", "fistula creation", "port ", "blood gas"), (
        ("Septic shock, fluids not enough", "Septic shock", "Ultrasound-guided, wire out counted aloud, film checked."),
        ("Breathless and drowsy", "Acute on chronic respiratory failure", "First sample within ten minutes, repeated after an hour."),
        ("No veins left, needs dialysis", "End-stage renal disease", "Access planned with the dialysis nurse."),
    )),
    (("intub", "trache", "ventilation", "resuscitation", "cardioversion", "cricothyroid"), (
        ("Unresponsive, snoring", "Coma after an overdose", "Rapid sequence, bougie ready, tube confirmed by capnography."),
        ("Collapsed in the waiting room", "Cardiac arrest", "Compressions at once, first shock after two minutes, pulse back."),
    )),
)  # fmt: skip
"""Cases `(complaint, diagnosis, management)` by words in the procedure's name; the first that fits counts."""

OTHER_CASES = (
    ("Referred from the clinic, worse over a month", "Elective admission", "Done as planned, no complication."),
    ("Pain for two days", "Under investigation", "Findings written down and discussed on the round."),
    ("Follow-up after an earlier operation", "Planned second stage", "Reviewed the first report beforehand; uneventful."),
)  # fmt: skip

HISTORIES = (
    "Diabetic on tablets, no earlier operation.", "Smoker, hypertension, otherwise well.", "No illness before, works in the fields.",
    "On aspirin, stopped a week ago.", "Two caesarean sections, iron tablets.", "Known kidney disease, last dialysis yesterday.",
    "Three weeks of treatment elsewhere without success.", "Admitted through the emergency department overnight.",
)  # fmt: skip

LEARNED = (
    "Identify the critical view before clipping anything.", "Confirm the side with the patient awake, and again at time-out.",
    "Ask for help before the bleeding does.", "A tension-free closure matters more than a quick one.",
    "Check the anastomosis for colour, tension and leak.", "A second look at the images changed the plan.",
    "Explain the drain to the patient; it halves the calls at night.", "Count swabs aloud when the list is long.",
    "Positioning took ten minutes and saved thirty.", "Traction by the assistant is half of the dissection.",
    "The consent talk is where the operation begins.", "Write the note before the next case, not after the list.",
    "Local anaesthesia works if one waits for it.", "Ultrasound before the needle, every time.",
    "Converting early is a decision, not a defeat.", "Calling the blood bank early bought us the time we needed.",
    "The relatives asked what nobody had told them.", "Know the next step before asking for the instrument.",
)  # fmt: skip

CHALLENGES = (
    "Adhesions from earlier surgery.", "Obese patient, view poor until repositioned.", "One set of laparoscopic instruments for two lists.",
    "Power failed for a minute; we had agreed beforehand what to do.", "Anatomy was not as in the book.",
)  # fmt: skip

PRAISE = (
    "Good judgement and neat tissue handling.", "Well prepared. Take the lead on the next one.", "Clear account; write the indication next time.",
    "Agreed.", "Steady under pressure.", "Safe and unhurried. Teach it to the juniors now.", "Your knots have improved a lot.",
    "As discussed in theatre.", "Right decision to call me early.", "", "", "", "",
)  # fmt: skip

RETURNS = (
    "Which approach was it, and who closed?", "Please add the indication and the findings.",
    "The role doesn't match what I remember; let us talk.", "Say what you would do differently.",
    "The date is that of the admission; enter the day of the operation.", "I was not the trainer on that list. Name who was.",
    "Two procedures were done; you logged one.", "Learning points, please: one sentence is enough.",
)  # fmt: skip

REJECTED = ("This was logged twice; the other one stands.", "I have no record of this case.")

STRENGTHS = (
    "Preparation",
    "Tissue handling",
    "Communication with the team",
    "Knowledge of the steps",
    "Calm",
)
IMPROVEMENTS = (
    "Economy of movement",
    "Camera work",
    "Planning the next step",
    "Documentation",
    "Use of the assistant",
)


WOMEN = ("breast", "mastect", "axill", "caesarean", "uterine")
MEN = ("prostat", "hydrocele", "orchid", "scrotal", "circumcision")
CHILDREN = ("paediatric", "orchid", "intussusception", "pyloromyotomy", "circumcision")


@cache
def case_for(procedure: str) -> tuple[tuple[str, str, str], ...]:
    """The cases that fit a procedure's name."""
    name = procedure.lower()
    return next(
        (cases for words, cases in CASES if any(word in name for word in words)), OTHER_CASES
    )


def patient_for(rng: Random, procedure: str) -> tuple[int, str]:
    """An age and a sex that go with a procedure's name."""
    only, child = _patients(procedure)
    age = rng.randrange(1, 13) if child else min(96, max(14, int(rng.gauss(44, 18))))
    return age, only or rng.choice("MF")


@cache
def _patients(procedure: str) -> tuple[str, bool]:
    """The one sex a procedure is done in (or nothing), and whether it is one for children."""
    name = procedure.lower()
    only = "F" if any(w in name for w in WOMEN) else "M" if any(w in name for w in MEN) else ""
    return only, any(word in name for word in CHILDREN)
