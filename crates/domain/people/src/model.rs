//! What other floors see of people: cards and files with everything personal masked, staff by name, parties to a task.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, words};
use youlin_places::Place;

words! {
    /// What somebody does in an area. A person may have several.
    MembershipRole {
        /// 网格员
        GridWorker = "grid_worker",
        /// 微网格员
        MicroGridWorker = "micro_grid_worker",
        /// 支部书记
        BranchSecretary = "branch_secretary",
        /// 党小组长
        PartyGroupLeader = "party_group_leader",
        /// 业委会成员
        OwnersCommitteeMember = "owners_committee_member",
        /// 物业工作人员
        PropertyStaff = "property_staff",
        /// 在职党员
        PartyMemberInService = "party_member_in_service",
        /// 教师
        Teacher = "teacher",
        /// 志愿者
        Volunteer = "volunteer",
        /// 社区工作者
        CommunityWorker = "community_worker",
        /// 其他单位成员
        OrganisationMember = "organisation_member",
    }
}

impl MembershipRole {
    /// People on duty: their name (and their duty number, where one is given) is public within the house.
    #[must_use]
    pub fn on_duty(self) -> bool {
        matches!(
            self,
            Self::GridWorker
                | Self::MicroGridWorker
                | Self::BranchSecretary
                | Self::PartyGroupLeader
                | Self::PropertyStaff
                | Self::CommunityWorker
        )
    }

    /// People who offered to help their neighbours.
    #[must_use]
    pub fn helps(self) -> bool {
        matches!(self, Self::Volunteer | Self::MicroGridWorker)
    }
}

words! {
    /// Kinds of organisations a neighbourhood works with.
    OrganisationKind {
        ResidentsCommittee = "residents_committee",
        PartyBranch = "party_branch",
        PropertyCompany = "property_company",
        OwnersCommittee = "owners_committee",
        VolunteerTeam = "volunteer_team",
        SocialOrganisation = "social_organisation",
        LineDepartment = "line_department",
        FireStation = "fire_station",
        Police = "police",
        Hospital = "hospital",
        School = "school",
        Merchant = "merchant",
        Other = "other",
    }
}

words! {
    /// What a person is to a dwelling.
    Relation { Owner = "owner", Tenant = "tenant", Family = "family", Other = "other" }
}

words! {
    /// Only where it matters to how a person is addressed.
    Sex { Female = "female", Male = "male" }
}

/// As an identity number says it.
impl From<youlin_crypto::Sex> for Sex {
    fn from(sex: youlin_crypto::Sex) -> Self {
        match sex {
            youlin_crypto::Sex::Female => Self::Female,
            youlin_crypto::Sex::Male => Self::Male,
        }
    }
}

words! {
    /// Person or organisation.
    PartyKind { Person = "person", Organisation = "organisation" }
}

words! {
    /// What a key opens.
    KeyKind { Rest = "rest", Open311 = "open311" }
}

/// Who can be given a task. Stored as two columns (kind and id).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
pub struct Party {
    pub kind: PartyKind,
    pub id: Uuid,
}

impl Party {
    #[must_use]
    pub fn person(id: Uuid) -> Self {
        Self {
            kind: PartyKind::Person,
            id,
        }
    }

    #[must_use]
    pub fn organisation(id: Uuid) -> Self {
        Self {
            kind: PartyKind::Organisation,
            id,
        }
    }
}

/// A person as lists show one. Nothing on it is in the clear.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonCard {
    pub id: Uuid,
    pub community: CommunityId,
    /// 周**
    #[schema(example = "周**")]
    pub name_masked: String,
    /// 138****1234
    #[schema(example = "138****1234")]
    pub phone_masked: Option<String>,
    /// Where the person lives.
    pub place: Option<Place>,
    /// `elderly`, `mobility_impaired`, `volunteer`, `talent:chess` …
    pub labels: Vec<String>,
}

/// A person's file (一人一档) with the household (一户一档).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonFile {
    pub card: PersonCard,
    /// The others of the same dwelling or household.
    pub household: Vec<PersonCard>,
    /// Who looks after the grid the person lives in.
    pub grid_worker: Option<Contact>,
    /// Phone id and masked number.
    pub phones: Vec<(Uuid, String)>,
}

/// Somebody on duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Contact {
    pub person: Uuid,
    /// The account to notify, where the person has one.
    pub account: Option<Uuid>,
    pub name: String,
    pub role: MembershipRole,
    pub area: AreaId,
    /// Published number of the duty, in the clear.
    pub duty_phone: Option<String>,
    /// Whose substitute this is just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<String>,
}

/// Somebody who may be asked to help; maps onto the matching engine's `Helper`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HelperView {
    pub person: Uuid,
    pub community: CommunityId,
    pub name_masked: String,
    pub place: Option<Place>,
    /// Metres from the place asked about, where both positions are known.
    pub distance_m: Option<f64>,
    /// From labels `talent:…`.
    pub skills: Vec<String>,
    /// Consents in force (`help.be-asked` …).
    pub consents: Vec<String>,
    /// Only with the consent to be matched by it.
    pub languages: Vec<String>,
    /// Only with the consent to be matched by it.
    pub home_town: Option<String>,
}

/// An organisation as lists show it; nothing of it is personal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    pub id: Uuid,
    pub version: i32,
    pub community: CommunityId,
    pub kind: OrganisationKind,
    pub name: String,
    pub area: AreaId,
    /// Office number.
    pub phone: Option<String>,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// Once it no longer exists or works here; nothing new is given to it then.
    pub closed_at: Option<Micros>,
}

impl OrganisationView {
    /// Whether its name or number holds the text.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        let said = |own: &str| own.to_lowercase().contains(&text);
        said(&self.name) || self.phone.as_deref().is_some_and(said)
    }
}

/// Somebody who belongs to an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberView {
    pub membership: Uuid,
    pub community: CommunityId,
    pub person: Uuid,
    /// In the clear for those on duty, else masked.
    pub name: String,
    pub role: MembershipRole,
    pub area: AreaId,
    pub valid_from: Micros,
    pub valid_to: Option<Micros>,
}

/// A membership on a person's page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MembershipView {
    pub id: Uuid,
    pub community: CommunityId,
    pub role: MembershipRole,
    pub area: AreaId,
    pub organisation: Option<OrganisationView>,
    pub valid_from: Micros,
    pub valid_to: Option<Micros>,
}

/// A field that is hidden by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "field", content = "id")]
pub enum RevealField {
    Name,
    /// One number, by its phone id.
    Phone(Uuid),
    Identity,
    Address,
    Note,
    /// What a resident asked to be put right, by the id of the request.
    Wish(Uuid),
}

impl RevealField {
    /// Name of the kind of field, as the log of looks keeps it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone(_) => "phone",
            Self::Identity => "identity",
            Self::Address => "address",
            Self::Note => "note",
            Self::Wish(_) => "wish",
        }
    }
}

/// One field in the clear, after its look was logged.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RevealedField {
    pub field: RevealField,
    /// `None`: nothing is recorded.
    pub value: Option<String>,
}

/// What a reveal answers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Revealed {
    pub person: Uuid,
    /// The entry in the log of looks.
    pub look: Uuid,
    pub fields: Vec<RevealedField>,
}

/// Who looked, when, at what, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Look {
    pub id: Uuid,
    pub at: Micros,
    pub by: String,
    pub fields: Vec<String>,
    pub purpose: String,
    pub case: Option<Uuid>,
    /// The person was a child under 14 then.
    pub of_child: bool,
}
