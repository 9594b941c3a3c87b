//! The words that every generated name is made of.
//!
//! Nothing here names a person, a company or a place: a user is a colour and an animal, a file is a thing people keep in
//! folders. The order matters, because the data set is a function of these lists; append rather than insert.

/// First half of a login, as in `amber-heron`.
pub const COLOURS: &[&str] = &[
    "amber", "azure", "bronze", "cobalt", "copper", "coral", "crimson", "emerald", "golden", "indigo", "ivory", "jade",
    "lilac", "maroon", "olive", "russet", "scarlet", "silver", "teal", "violet",
];

/// Second half of a login, as in `amber-heron`.
pub const ANIMALS: &[&str] = &[
    "badger", "beaver", "bison", "crane", "dolphin", "falcon", "ferret", "gecko", "heron", "ibis", "jackal", "koala",
    "lemur", "lynx", "marten", "newt", "otter", "puffin", "raven", "stoat", "tapir", "walrus",
];

/// The groups users live in, parents before children.
pub const GROUPS: &[&str] = &[
    "/design",
    "/design/print",
    "/design/web",
    "/engineering",
    "/engineering/platform",
    "/engineering/quality",
    "/finance",
    "/operations",
    "/operations/logistics",
    "/research",
    "/research/field",
    "/research/lab",
];

/// Workspaces besides the ones every Cells has: slug, label, description.
pub const WORKSPACES: &[(&str, &str, &str)] = &[
    (
        "annual-report",
        "Annual report",
        "Figures, text and layout of this year's report",
    ),
    ("brand-kit", "Brand kit", "Logos, fonts and colours"),
    (
        "build-artefacts",
        "Build artefacts",
        "What the build servers leave behind",
    ),
    ("contracts", "Contracts", "Signed and unsigned agreements"),
    (
        "customer-feedback",
        "Customer feedback",
        "Survey answers and interview notes",
    ),
    ("data-lake", "Data lake", "Raw exports, one folder a month"),
    ("field-photos", "Field photos", "Pictures of every site, by season"),
    ("handbook", "Handbook", "How we work"),
    ("inventory", "Inventory", "What is where, and how many"),
    ("legal-holds", "Legal holds", "Files that must not change"),
    ("maps", "Maps", "Site plans and routes"),
    ("newsletter", "Newsletter", "Drafts and past issues"),
    ("onboarding", "Onboarding", "What new colleagues read first"),
    ("product-shots", "Product shots", "Studio pictures, retouched"),
    (
        "quarterly-numbers",
        "Quarterly numbers",
        "Spreadsheets behind the board pack",
    ),
    ("release-notes", "Release notes", "What changed, version by version"),
    ("site-surveys", "Site surveys", "Measurements and sketches"),
];

/// Folder names on the first level of a workspace.
pub const TOPICS: &[&str] = &[
    "Archive",
    "Budget",
    "Checklists",
    "Drafts",
    "Exports",
    "Final",
    "Meetings",
    "Pictures",
    "Reference",
    "Templates",
    "Translations",
    "Working copies",
];

/// Folder names below a topic.
pub const PERIODS: &[&str] = &[
    "2016 Q1", "2016 Q2", "2016 Q3", "2016 Q4", "2017 Q1", "2017 Q2", "2017 Q3", "2017 Q4", "2018 Q1", "2018 Q2",
];

/// First half of a file name.
pub const SUBJECTS: &[&str] = &[
    "Agenda",
    "Assembly plan",
    "Budget",
    "Checklist",
    "Comparison",
    "Cost estimate",
    "Floor plan",
    "Forecast",
    "Grant",
    "Inventory",
    "Invoice",
    "Kickoff",
    "Letter",
    "Measurements",
    "Minutes",
    "Offer",
    "Outline",
    "Packing list",
    "Photo",
    "Press kit",
    "Proposal",
    "Report",
    "Retrospective",
    "Roadmap",
    "Route",
    "Schedule",
    "Sketch",
    "Storyboard",
    "Survey",
    "Timetable",
    "Tender",
    "Workbook",
];

/// Second half of a file name; the accents, the dash and the CJK word are there to be displayed.
pub const QUALIFIERS: &[&str] = &[
    "draft",
    "final",
    "v2",
    "v3",
    "reviewed",
    "signed",
    "north hall",
    "south hall",
    "warehouse",
    "résumé",
    "übersicht",
    "été – hiver",
    "報告",
    "greenhouse",
    "harbour",
    "night shift",
    "spring",
    "summer",
    "autumn",
    "winter",
    "annex A",
    "annex B",
    "internal",
    "public",
    "short",
    "long",
    "A4",
    "A3",
    "print",
    "screen",
];

/// File types: extension, MIME type, smallest and largest size in bytes.
pub const FILE_TYPES: &[(&str, &str, u64, u64)] = &[
    ("pdf", "application/pdf", 18_000, 9_000_000),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        9_000,
        2_400_000,
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        7_000,
        5_800_000,
    ),
    ("jpg", "image/jpeg", 240_000, 12_000_000),
    ("png", "image/png", 4_000, 3_200_000),
    ("md", "text/markdown", 0, 48_000),
    ("csv", "text/csv", 300, 84_000_000),
    ("mp4", "video/mp4", 8_000_000, 1_900_000_000),
    ("zip", "application/zip", 60_000, 640_000_000),
    ("svg", "image/svg+xml", 900, 420_000),
];
