//! The names that HTML has for letters and signs: the genuine parser takes them in any XML.

use std::borrow::Cow;

use quick_xml::escape::{EscapeError, resolve_predefined_entity, unescape_with};

/// Each name with what it stands for.
const NAMES: &str = "\
    nbsp=\u{a0} iexcl=¡ cent=¢ pound=£ curren=¤ yen=¥ brvbar=¦ sect=§ uml=¨ copy=© ordf=ª laquo=« not=¬ shy=\u{ad} \
    reg=® macr=¯ deg=° plusmn=± sup2=² sup3=³ acute=´ micro=µ para=¶ middot=· cedil=¸ sup1=¹ ordm=º raquo=» frac14=¼ \
    frac12=½ frac34=¾ iquest=¿ Agrave=À Aacute=Á Acirc=Â Atilde=Ã Auml=Ä Aring=Å AElig=Æ Ccedil=Ç Egrave=È Eacute=É \
    Ecirc=Ê Euml=Ë Igrave=Ì Iacute=Í Icirc=Î Iuml=Ï ETH=Ð Ntilde=Ñ Ograve=Ò Oacute=Ó Ocirc=Ô Otilde=Õ Ouml=Ö times=× \
    Oslash=Ø Ugrave=Ù Uacute=Ú Ucirc=Û Uuml=Ü Yacute=Ý THORN=Þ szlig=ß agrave=à aacute=á acirc=â atilde=ã auml=ä \
    aring=å aelig=æ ccedil=ç egrave=è eacute=é ecirc=ê euml=ë igrave=ì iacute=í icirc=î iuml=ï eth=ð ntilde=ñ \
    ograve=ò oacute=ó ocirc=ô otilde=õ ouml=ö divide=÷ oslash=ø ugrave=ù uacute=ú ucirc=û uuml=ü yacute=ý thorn=þ \
    yuml=ÿ OElig=Œ oelig=œ Scaron=Š scaron=š Yuml=Ÿ fnof=ƒ circ=ˆ tilde=˜ Alpha=Α Beta=Β Gamma=Γ Delta=Δ Epsilon=Ε \
    Zeta=Ζ Eta=Η Theta=Θ Iota=Ι Kappa=Κ Lambda=Λ Mu=Μ Nu=Ν Xi=Ξ Omicron=Ο Pi=Π Rho=Ρ Sigma=Σ Tau=Τ Upsilon=Υ Phi=Φ \
    Chi=Χ Psi=Ψ Omega=Ω alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ \
    nu=ν xi=ξ omicron=ο pi=π rho=ρ sigmaf=ς sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω thetasym=ϑ upsih=ϒ \
    piv=ϖ ensp=\u{2002} emsp=\u{2003} thinsp=\u{2009} zwnj=\u{200c} zwj=\u{200d} lrm=\u{200e} rlm=\u{200f} ndash=– \
    mdash=— lsquo=‘ rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ dagger=† Dagger=‡ bull=• hellip=… permil=‰ prime=′ \
    Prime=″ lsaquo=‹ rsaquo=› oline=‾ frasl=⁄ euro=€ image=ℑ weierp=℘ real=ℜ trade=™ alefsym=ℵ larr=← uarr=↑ rarr=→ \
    darr=↓ harr=↔ crarr=↵ lArr=⇐ uArr=⇑ rArr=⇒ dArr=⇓ hArr=⇔ forall=∀ part=∂ exist=∃ empty=∅ nabla=∇ isin=∈ notin=∉ \
    ni=∋ prod=∏ sum=∑ minus=− lowast=∗ radic=√ prop=∝ infin=∞ ang=∠ and=∧ or=∨ cap=∩ cup=∪ int=∫ there4=∴ sim=∼ \
    cong=≅ asymp=≈ ne=≠ equiv=≡ le=≤ ge=≥ sub=⊂ sup=⊃ nsub=⊄ sube=⊆ supe=⊇ oplus=⊕ otimes=⊗ perp=⊥ sdot=⋅ lceil=⌈ \
    rceil=⌉ lfloor=⌊ rfloor=⌋ lang=\u{2329} rang=\u{232a} loz=◊ spades=♠ clubs=♣ hearts=♥ diams=♦";

/// What stands for a name, as it is written or else in small letters.
fn letter(name: &str) -> Option<&'static str> {
    let known = |name: &str| {
        let own = NAMES
            .split(' ')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        own.or_else(|| resolve_predefined_entity(name))
    };
    known(name).or_else(|| known(&name.to_ascii_lowercase()))
}

/// A text with what its entities stand for.
pub fn unescape(text: &str) -> Result<Cow<'_, str>, EscapeError> {
    unescape_with(text, letter)
}

/// What is wrong with the first entity of a text that is none, and where the genuine parser sees it: behind the `;`, or behind
/// what cannot stand in a name.
pub fn fault(text: &str) -> Option<(&'static str, usize)> {
    text.match_indices('&').find_map(|(start, _)| {
        let is_named = |c: char| c.is_alphanumeric() || matches!(c, '#' | ':' | '_' | '.' | '-' | '\u{b7}');
        let (length, stop) = text[start + 1..].char_indices().find(|(_, c)| !is_named(*c))?;
        let end = start + 1 + length + stop.len_utf8();
        match stop {
            ';' if unescape(&text[start..end]).is_ok() => None,
            ';' => Some(("Invalid character entity", end)),
            _ => Some(("Invalid character in entity name", end)),
        }
    })
}
